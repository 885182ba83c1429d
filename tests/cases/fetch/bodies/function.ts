export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const post = async (body: BodyInit | undefined): Promise<any> => {
    const answer = await fetch(`${upstream}/echo`, { method: 'POST', body, duplex: 'half' } as RequestInit);
    return answer.json();
  };
  const form = new FormData();
  form.set('name', 'value');
  const encoder = new TextEncoder();
  async function* parts(): AsyncGenerator<Uint8Array> {
    yield encoder.encode('one ');
    await new Promise((resolve) => setTimeout(resolve, 10));
    yield encoder.encode('two');
  }
  return Response.json({
    text: (await post('text')).body,
    form: (await post(new URLSearchParams({ a: '1', b: 'x y' }))).body,
    bytes: (await post(new Uint8Array([0, 255, 1]))).bytes,
    stream: (await post(ReadableStream.from(parts()))).body,
    multipart: (await post(form)).body.includes('name="name"'),
    empty: (await post(undefined)).body,
    big: (await post('x'.repeat(300_000))).bytes,
    blob: (await post(new Blob(['bl', 'ob']))).body,
  });
}
