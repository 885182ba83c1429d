async function read(request: Request, as: string | null): Promise<unknown> {
  switch (as) {
    case 'json':
      return request.json();
    case 'arrayBuffer':
      return (await request.arrayBuffer()).byteLength;
    case 'bytes':
      return (await request.bytes()).length;
    case 'blob': {
      const { size, type } = await request.blob();
      return { size, type };
    }
    case 'formData':
      return [...(await request.formData())];
    case 'stream': {
      let text = '';
      const decoded = request.body!.pipeThrough(new TextDecoderStream());
      for await (const part of decoded) text += part;
      return text;
    }
    default:
      return request.text();
  }
}

export async function handler(request: Request): Promise<Response> {
  try {
    const value = await read(request, new URL(request.url).searchParams.get('as'));
    const used = request.bodyUsed;
    const again = await request.text().then(
      () => 'read twice',
      (error) => error.name,
    );
    return Response.json({ value, used, again });
  } catch (error) {
    return Response.json({ error: (error as Error).name });
  }
}
