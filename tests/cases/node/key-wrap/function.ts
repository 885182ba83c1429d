import { createCipheriv, createDecipheriv, generateKeyPair, getCiphers } from 'node:crypto';
import { promisify } from 'node:util';

const IV = Buffer.alloc(8, 0xa6);
// The first vector of RFC 3394.
const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const DATA = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
};

export default async () => {
  const cipher = createCipheriv('aes128-wrap', KEY, IV);
  const wrapped = Buffer.concat([cipher.update(DATA), cipher.final()]);
  const decipher = createDecipheriv('id-aes128-wrap', KEY, IV);
  const plain = Buffer.concat([decipher.update(wrapped), decipher.final()]);
  const pair = await promisify(generateKeyPair)('x25519');
  return Response.json({
    wrapped: wrapped.toString('hex'),
    back: plain.equals(DATA),
    damaged: codeOf(() => createDecipheriv('aes128-wrap', KEY, IV).update(wrapped.fill(1, 0, 1))),
    iv: codeOf(() => createCipheriv('aes128-wrap', KEY, Buffer.alloc(7))),
    other: (() => {
      const other = Buffer.from('3fd838af4093d749', 'hex');
      const sealed = createCipheriv('aes128-wrap', KEY, other).update(DATA);
      return [sealed.toString('hex'), createDecipheriv('aes128-wrap', KEY, other).update(sealed).equals(DATA)];
    })(),
    listed: ['aes128-wrap', 'aes192-wrap', 'aes256-wrap'].every((name) => getCiphers().includes(name)),
    pair: [pair.publicKey.asymmetricKeyType, pair.privateKey.type],
  });
};
