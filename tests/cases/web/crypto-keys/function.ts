const { subtle } = crypto;
const message = new TextEncoder().encode('message');

async function signs(algorithm: any, parameters: any): Promise<string> {
  const made = (await subtle.generateKey(algorithm, false, ['sign', 'verify'])) as CryptoKeyPair & CryptoKey;
  const [own, known] = made.privateKey === undefined ? [made, made] : [made.privateKey, made.publicKey];
  const signature = await subtle.sign(parameters, own, message);
  const other = await subtle.verify(parameters, known, signature, new Uint8Array(3));
  return `${algorithm.name} ${algorithm.namedCurve ?? ''} ${(await subtle.verify(parameters, known, signature, message)) && !other}`.replace('  ', ' ');
}

async function agrees(algorithm: any): Promise<boolean> {
  const [mine, theirs] = (await Promise.all([1, 2].map(() => subtle.generateKey(algorithm, false, ['deriveKey'])))) as CryptoKeyPair[];
  const keys = await Promise.all([[mine, theirs], [theirs, mine]].map(([own, other]) =>
    subtle.deriveKey({ name: algorithm.name, public: other.publicKey }, own.privateKey, { name: 'AES-GCM', length: 256 }, true, ['encrypt'])));
  const [one, two] = await Promise.all(keys.map((key) => subtle.exportKey('raw', key)));
  return new Uint8Array(one).toHex() === new Uint8Array(two).toHex();
}

export async function handler(): Promise<Response> {
  const signatures = await Promise.all([
    signs({ name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', hash: 'SHA-256' }),
    signs({ name: 'ECDSA', namedCurve: 'P-521' }, { name: 'ECDSA', hash: 'SHA-512' }),
    signs({ name: 'Ed25519' }, 'Ed25519'),
    signs({ name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' }, 'RSASSA-PKCS1-v1_5'),
    signs({ name: 'HMAC', hash: 'SHA-256' }, 'HMAC'),
  ]);
  const secrets = await Promise.all([agrees({ name: 'X25519' }), agrees({ name: 'ECDH', namedCurve: 'P-384' })]);
  const key = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']);
  console.log(key);
  const clone = structuredClone(key);
  const cloned = `${clone.type} ${clone.algorithm.name} ${clone === key}`;
  return Response.json({
    signatures, secrets, cloned, hidden: JSON.stringify(key), fresh: new Uint8Array(await subtle.exportKey('raw', key)).toHex(),
  });
}
