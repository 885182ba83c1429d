import { decode, decodeAsync, encode, ExtensionCodec } from "npm:@msgpack/msgpack@3.1.3";

export default async () => {
  const value = { n: 1.5, text: "wörld", list: [null, true, -7], bytes: new Uint8Array([1, 2]), when: new Date(0), big: 4_294_967_296 };
  const bytes = encode(value);
  const back = decode(bytes) as typeof value;
  const codec = new ExtensionCodec();
  codec.register({ type: 1, encode: (it) => it instanceof Set ? encode([...it]) : null, decode: (data) => new Set(decode(data) as unknown[]) });
  const set = decode(encode(new Set([1, 2]), { extensionCodec: codec }), { extensionCodec: codec }) as Set<number>;
  const streamed = await decodeAsync(new Blob([bytes]).stream() as never) as typeof value;
  return Response.json({ size: bytes.length, back: { ...back, bytes: [...back.bytes] }, set: [...set], streamed: streamed.text });
};
