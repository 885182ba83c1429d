import { Buffer as Imported, Blob, transcode } from 'node:buffer';

const code = (use: () => unknown) => {
  try {
    use();
    return 'nothing was thrown';
  } catch (error: any) {
    return error.code;
  }
};

export default async () => {
  const numbers = Buffer.alloc(32);
  numbers.writeInt16BE(-2, 4);
  numbers.writeDoubleLE(1.5, 8);
  numbers.writeBigUInt64LE(4294967296n, 16);
  numbers.set([1, 2, 3], 0);
  const partial = Buffer.alloc(3);
  const shared = Buffer.from([1, 2, 3]);
  shared.subarray(1)[0] = 9;
  return Response.json({
    utf8: Buffer.from('hé😀!').toString('hex'),
    hex: Buffer.from('00ff7F', 'hex').toString('hex'),
    badHex: Buffer.from('0102zz03', 'hex').length,
    base64: Buffer.from('hé!').toString('base64'),
    base64url: Buffer.from([0xfb, 0xef]).toString('base64url'),
    fromUrl: Buffer.from('--8', 'base64').toString('hex'),
    latin1: Buffer.from([0xe9]).toString('latin1'),
    utf16: Buffer.from('\u{1F4DE}'.slice(0, 1) + '\u00de', 'utf16le').toString('hex'),
    lone: Buffer.from('\ud800').toString('hex'),
    invalid: Buffer.from([0xc3, 0x61]).toString(),
    ascii: Buffer.from([0xe1, 0x81]).toString('ascii'),
    byteLength: Buffer.byteLength('hé😀'),
    partial: [partial.write('é😀'), partial.toString('hex')],
    concat: Buffer.concat([Buffer.from('ab'), Buffer.from('cd')]).toString(),
    compare: [Buffer.compare(Buffer.from('a'), Buffer.from('b')), Buffer.from('a').compare(Buffer.from('a')), Buffer.from('b').compare(Buffer.from('a'))],
    index: [Buffer.from('abcabc').indexOf('c'), Buffer.from('abcabc').lastIndexOf('bc'), Buffer.from('abc').indexOf('x'), Buffer.from('abc').indexOf(97)],
    filled: Buffer.alloc(6, 'abc').fill('ab', 3).toString(),
    json: Buffer.from([1, 2]),
    numbers: [
      numbers.readUInt16BE(0), numbers.readUInt16LE(0), numbers.readInt16BE(4), numbers.readDoubleLE(8),
      String(numbers.readBigUInt64LE(16)), numbers.readUIntBE(0, 3),
    ],
    range: code(() => numbers.readUInt8(32)),
    type: code(() => Buffer.from(5 as any)),
    encoding: code(() => Buffer.from('a', 'klingon' as any)),
    swapped: Buffer.from([1, 2, 3, 4]).swap16().toString('hex'),
    sliced: shared[1] === 9,
    instance: shared instanceof Uint8Array && Buffer.isBuffer(shared) && !Buffer.isBuffer(new Uint8Array(1)),
    blob: await new Blob(['x']).text(),
    global: Imported === Buffer,
    transcoded: transcode(Buffer.from('ü'), 'utf8', 'latin1').toString('hex'),
    inspected: String((await import('node:util')).inspect(Buffer.from([1, 2]))),
    copied: Buffer.from('abcd').copy(partial, 1),
  });
};
