/** `createHash`, `createHmac` and what else of `node:crypto` is about hashes. */

import { equal, hashCopy, hashDigest, hashFinish, hashOpen, hashUpdate } from 'native:crypto';
import { invalidType, nodeError, output, streamOnDemand, toBytes } from './bytes.js';

const NAMES = [
  'md5', 'ripemd160', 'sha1', 'sha224', 'sha256', 'sha3-224', 'sha3-256', 'sha3-384', 'sha3-512', 'sha384', 'sha512', 'sha512-224',
  'sha512-256',
];

/** Those of OpenSSL that mean one of these. */
export function hashName(name) {
  const plain = name.toLowerCase().replace(/^rsa-/, '').replace(/^sha-(\d)/, 'sha$1').replace(/^sha2-/, 'sha')
    .replace('/', '-').replace(/^(rmd160|ripemd)$/, 'ripemd160').replace(/^ssl3-/, '').replace(/^(.*)withrsaencryption$/, '$1');
  return NAMES.includes(plain) ? plain : undefined;
}

/** @param {unknown} name @param {string} what */
export function requireHash(name, what = 'algorithm') {
  if (typeof name !== 'string') throw invalidType(what, 'of type string', name);
  const known = hashName(name);
  if (known === undefined) throw nodeError(Error, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${name}`);
  return known;
}

export const getHashes = () => ['RSA-MD5', 'RSA-RIPEMD160', 'RSA-SHA1', 'RSA-SHA224', 'RSA-SHA256', 'RSA-SHA384', 'RSA-SHA512', ...NAMES];

const finalized = () => nodeError(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');

/** A callable class, as Node's are: they can be called without `new`. */
export const callable = (Class) => new Proxy(Class, { apply: (_, __, args) => new Class(...args) });

class HashState {
  #handle;
  #size;
  #length;

  constructor(algorithm, options = undefined, handle = undefined) {
    if (handle !== undefined) {
      [this.#handle, this.#size, this.#length] = handle;
      return;
    }
    if (typeof algorithm !== 'string') throw invalidType('algorithm', 'of type string', algorithm);
    const name = hashName(algorithm);
    if (name === undefined) throw nodeError(Error, 'ERR_OSSL_EVP_UNSUPPORTED', `Digest method not supported: ${algorithm}`);
    [this.#handle, this.#size] = hashOpen(name);
    const length = options?.outputLength;
    if (length !== undefined && length !== this.#size) throw nodeError(Error, 'ERR_OSSL_EVP_NOT_XOF_OR_INVALID_LENGTH', 'Unsupported state or unable to set the length of the digest');
  }

  update(data, encoding = undefined) {
    if (this.#handle === undefined) throw finalized();
    hashUpdate(this.#handle, toBytes(data, 'data', encoding));
    return this;
  }

  digest(encoding = undefined) {
    if (this.#handle === undefined) throw finalized();
    const bytes = hashFinish(this.#handle);
    this.#handle = undefined;
    return output(bytes, encoding);
  }

  copy() {
    if (this.#handle === undefined) throw finalized();
    return new HashState(undefined, undefined, [hashCopy(this.#handle), this.#size, this.#length]);
  }
}
Object.defineProperty(HashState, 'name', { value: 'Hash' });

/** HMAC as the two hashes that it is, so that it can go on. */
class HmacState {
  #inner;
  #outer;

  constructor(algorithm, key) {
    if (typeof algorithm !== 'string') throw invalidType('hmac', 'of type string', algorithm);
    const name = hashName(algorithm);
    if (name === undefined) throw nodeError(Error, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${algorithm}`);
    const [inner, , block] = hashOpen(name);
    const [outer] = hashOpen(name);
    const padded = new Uint8Array(block);
    padded.set(key.length > block ? hashDigest(name, key) : key);
    hashUpdate(inner, padded.map((byte) => byte ^ 0x36));
    hashUpdate(outer, padded.map((byte) => byte ^ 0x5c));
    this.#inner = inner;
    this.#outer = outer;
  }

  update(data, encoding = undefined) {
    if (this.#inner === undefined) throw finalized();
    hashUpdate(this.#inner, toBytes(data, 'data', encoding));
    return this;
  }

  digest(encoding = undefined) {
    // A second time gives nothing, as in Node.
    if (this.#inner === undefined) return output(new Uint8Array(0), encoding);
    hashUpdate(this.#outer, hashFinish(this.#inner));
    this.#inner = undefined;
    return output(hashFinish(this.#outer), encoding);
  }
}
Object.defineProperty(HmacState, 'name', { value: 'Hmac' });

for (const Class of [HashState, HmacState]) {
  streamOnDemand(Class, (object) => ({
    transform(chunk, encoding, done) {
      object.update(chunk, encoding);
      done();
    },
    flush(done) {
      this.push(object.digest());
      done();
    },
  }));
}

export const Hash = callable(HashState);
export const createHash = (algorithm, options = undefined) => new HashState(algorithm, options);

/** @param {(key: any, encoding?: string) => Uint8Array} secretOf bytes of a key */
export const hmacWith = (secretOf) => ({
  Hmac: callable(class Hmac extends HmacState {
    constructor(algorithm, key, options = undefined) {
      super(algorithm, secretOf(key, options?.encoding));
    }
  }),
  createHmac: (algorithm, key, options = undefined) => new HmacState(algorithm, secretOf(key, options?.encoding)),
});

/** The hash of one message. */
export function hash(algorithm, data, encoding = 'hex') {
  const name = requireHash(algorithm);
  return output(hashDigest(name, toBytes(data, 'input')), typeof encoding === 'object' ? encoding?.outputEncoding ?? 'hex' : encoding);
}

export function timingSafeEqual(a, b) {
  for (const [name, value] of [['buf1', a], ['buf2', b]]) {
    if (!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) {
      throw invalidType(name, 'an instance of ArrayBuffer, Buffer, TypedArray, or DataView', value);
    }
  }
  if (a.byteLength !== b.byteLength) {
    throw nodeError(RangeError, 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length');
  }
  return equal(toBytes(a, 'buf1'), toBytes(b, 'buf2'));
}

