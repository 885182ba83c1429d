const { subtle } = crypto;
const bytes = (length: number) => new Uint8Array(length);
const nameOf = (attempt: () => unknown) => Promise.resolve().then(attempt).then(() => 'none', (error) => error.name);

export async function handler(): Promise<Response> {
  const key = await subtle.importKey('raw', bytes(16), 'AES-GCM', false, ['encrypt', 'decrypt']);
  const password = await subtle.importKey('raw', bytes(8), 'PBKDF2', false, ['deriveBits']);
  const wanted = {
    algorithm: () => subtle.digest('SHA-3', bytes(1)),
    name: () => subtle.digest({} as Algorithm, bytes(1)),
    curve: () => subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-192' }, false, ['sign']),
    usage: () => subtle.importKey('raw', bytes(16), 'AES-GCM', false, ['sign']),
    empty: () => subtle.importKey('raw', bytes(16), 'AES-GCM', false, []),
    format: () => subtle.importKey('pem' as 'raw', bytes(16), 'AES-GCM', false, ['encrypt']),
    secret: () => subtle.exportKey('raw', key),
    hidden: () => subtle.sign('HMAC', key as CryptoKey, bytes(1)),
    other: () => subtle.wrapKey('raw', key, key, { name: 'AES-GCM', iv: bytes(12) }),
    tag: () => subtle.decrypt({ name: 'AES-GCM', iv: bytes(12) }, key, bytes(32)),
    der: () => subtle.importKey('spki', bytes(40), 'Ed25519', false, ['verify']),
    jwk: () => subtle.importKey('jwk', { kty: 'oct', k: 'AA=' }, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
    constructor: () => new (CryptoKey as any)(),
    this: () => Object.getOwnPropertyDescriptor(CryptoKey.prototype, 'type')!.get!.call({}),
    iterations: () => subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: bytes(8), iterations: 0 }, password, 256),
    point: () => subtle.importKey('raw', bytes(65), { name: 'ECDH', namedCurve: 'P-256' }, false, []),
  };
  const names: Record<string, string> = {};
  for (const [what, attempt] of Object.entries(wanted)) names[what] = await nameOf(attempt);
  return Response.json(names);
}
