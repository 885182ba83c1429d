export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const chunks = ['a', 'b', 'c'].map((letter) => letter.repeat(300_000));
  const encoder = new TextEncoder();
  const body = ReadableStream.from(chunks.map((chunk) => encoder.encode(chunk)));
  const answer = await fetch(`${upstream}/echo`, { method: 'POST', body, duplex: 'half' } as RequestInit);
  const echoed = await answer.json();
  return Response.json({ bytes: echoed.bytes, same: echoed.body === chunks.join('') });
}
