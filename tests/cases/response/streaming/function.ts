export function handler(): Response {
  async function* parts(): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    yield encoder.encode('one\n');
    await new Promise((resolve) => setTimeout(resolve, 400));
    yield encoder.encode('two\n');
    await new Promise((resolve) => setTimeout(resolve, 400));
    yield encoder.encode('three\n');
    console.log('sent');
  }
  return new Response(ReadableStream.from(parts()), { headers: { 'content-type': 'text/plain' } });
}
