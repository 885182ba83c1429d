import zlib from 'node:zlib';
import { Buffer } from 'node:buffer';

const text = 'hello hello hello '.repeat(1000);
// Made with Node 20.
const GZIP = "H4sIAAAAAAAAA+3EsQkAAAgDsFd8TnAo+P/mHUIyZDrZGtu2bdu2bdu2bdu2bdu2bdu2bdu2bdu2bdv28w8tDPP+UEYAAA==";
const ZLIB = "eJztxLEJAAAIA7BXfE5wKPj/5h1CMmQ62Rrbtm3btm3btm3btm3btm3btm3btm3btm3b9vMPxsbS2A==";
const RAW = "7cSxCQAACAOwV3xOcCj4/+YdQjJkOtka27Zt27Zt27Zt27Zt27Zt27Zt27Zt27Zt2/bzDw==";

const bytes = (base64: string) => Buffer.from(base64, 'base64');
function code(attempt: () => unknown): string {
  try {
    attempt();
    return 'none';
  } catch (error) {
    return (error as any).code;
  }
}

function streamed(stream: any, chunks: Buffer[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part)).on('end', () => resolve(Buffer.concat(parts))).on('error', reject);
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
  });
}

async function brotli() {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_MODE, BROTLI_MODE_TEXT, BROTLI_PARAM_LGWIN } = zlib.constants;
  const isText = (packed: Buffer) => zlib.brotliDecompressSync(packed).toString() === text;
  const packed = await streamed(zlib.createBrotliCompress(), [Buffer.from(text.slice(0, 100)), Buffer.from(text.slice(100))]);
  const unpacked = await streamed(new zlib.BrotliDecompress(), Array.from(packed, (byte) => Buffer.from([byte])));
  const short = zlib.brotliCompressSync('abc').subarray(0, 4);
  return {
    theirs: zlib.brotliDecompressSync(bytes('G1MB+J0JdizF3qDGDcs7MqcGCSt7k3QsIIUmFwsGCPcRfbkG')).toString() === 'what Node wrote, '.repeat(20),
    ours: [
      isText(zlib.brotliCompressSync(text)),
      isText(zlib.brotliCompressSync(text, { params: { [BROTLI_PARAM_QUALITY]: 4, [BROTLI_PARAM_MODE]: BROTLI_MODE_TEXT } })),
      isText(zlib.brotliCompressSync(text, { params: { [BROTLI_PARAM_LGWIN]: 10, [BROTLI_PARAM_QUALITY]: 0 } })),
    ],
    callback: await new Promise((resolve, reject) => {
      zlib.brotliCompress('abc', (_, packed) => zlib.brotliDecompress(packed, (error, plain) => (error ? reject(error) : resolve(plain.toString()))));
    }),
    stream: [unpacked.toString() === text, unpacked.length],
    errors: [
      code(() => zlib.brotliDecompressSync(short)),
      code(() => zlib.brotliDecompressSync(Buffer.alloc(20, 0xff))),
      code(() => zlib.brotliDecompressSync(packed, { maxOutputLength: 17_999 })),
      code(() => zlib.brotliCompressSync('x', { params: { [BROTLI_PARAM_QUALITY]: 12 } })),
      code(() => zlib.brotliCompressSync('x', { params: { 99: 1 } })),
      code(() => zlib.brotliCompressSync(Buffer.alloc(2 * 1024 * 1024 + 1))),
    ],
    late: await streamed(zlib.createBrotliDecompress(), [short]).catch((error) => error.code),
  };
}

export async function handler(): Promise<Response> {
  const packed = await streamed(zlib.createGzip(), [Buffer.from(text.slice(0, 100)), Buffer.from(text.slice(100))]);
  const unpacked = await streamed(zlib.createGunzip(), [packed.subarray(0, 10), packed.subarray(10)]);
  return Response.json({
    theirs: [zlib.gunzipSync(bytes(GZIP)), zlib.inflateSync(bytes(ZLIB)), zlib.inflateRawSync(bytes(RAW))].map((each) => each.toString() === text),
    ours: [zlib.gunzipSync(zlib.gzipSync(text)), zlib.inflateSync(zlib.deflateSync(text, { level: 9 })), zlib.unzipSync(zlib.deflateSync(text))]
      .map((each) => each.toString() === text),
    members: zlib.gunzipSync(Buffer.concat([zlib.gzipSync('a'), zlib.gzipSync('b')])).toString(),
    errors: [
      code(() => zlib.gunzipSync(zlib.gzipSync('abc').subarray(0, 15))),
      code(() => zlib.inflateSync(Buffer.from('garbage'))),
      code(() => zlib.gunzipSync(zlib.gzipSync(text), { maxOutputLength: 100 })),
    ],
    callback: await new Promise((resolve) => zlib.gzip('abc', (_, packed) => resolve(zlib.gunzipSync(packed).toString()))),
    stream: unpacked.toString() === text,
    brotli: await brotli(),
    // Packages bind it when they are loaded.
    zstd: code((zlib as any).createZstdDecompress.bind(null, {})),
    crc: zlib.crc32('hello'),
  });
}
