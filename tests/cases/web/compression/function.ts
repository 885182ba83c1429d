async function through(stream: { readable: ReadableStream; writable: WritableStream }, ...chunks: Uint8Array[]): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  // Its failure comes out of the other end as well.
  const written = (async () => {
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  })().catch(() => {});
  const result = new Uint8Array(await new Response(stream.readable).arrayBuffer());
  await written;
  return result;
}

const nameOf = (attempt: Promise<unknown>) => attempt.then(() => 'none', (error) => error.name);
const text = 'the same over and over, '.repeat(5000);
const plain = new TextEncoder().encode(text);
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

async function check(format: any) {
  const small = await through(new CompressionStream(format), plain.subarray(0, 70_000), plain.subarray(70_000));
  const inflate = (...chunks: Uint8Array[]) => through(new DecompressionStream(format), ...chunks);
  const back = await inflate(...Array.from(small, (byte) => Uint8Array.of(byte)));
  const damaged = small.map((byte, index) => (index === small.length - (format === 'deflate-raw' ? small.length : 2) ? byte ^ 0xff : byte));
  return [
    small.length < 2000,
    new TextDecoder().decode(back) === text,
    await nameOf(inflate(small.subarray(0, -1))),
    await nameOf(inflate(join(small, Uint8Array.of(0)))),
    // The last bytes of gzip and zlib are a checksum; the others have none.
    format === 'deflate-raw' || format === 'brotli' ? 'none' : await nameOf(inflate(damaged)),
  ];
}

export async function handler(): Promise<Response> {
  const known = Uint8Array.fromBase64('H4sIAAAAAAAAA0utKEhNLklNUcgvLSkoLQEAsAE5sw8AAAA=');
  const zeros = await through(new CompressionStream('gzip'), new Uint8Array(20_000_000));
  let length = 0;
  const inflated = new Blob([zeros]).stream().pipeThrough(new DecompressionStream('gzip'));
  for await (const chunk of inflated as any) length += chunk.length;
  return Response.json({
    gzip: await check('gzip'), deflate: await check('deflate'), 'deflate-raw': await check('deflate-raw'), brotli: await check('brotli'),
    known: new TextDecoder().decode(await through(new DecompressionStream('gzip'), known)),
    bomb: length,
    format: await nameOf((async () => new CompressionStream('zip' as CompressionFormat))()),
  });
}
