/**
 * The part of the Rust half that only cryptography and compression need: `import { … } from 'native:crypto'`. It is made when
 * it is first imported, so that the images of other functions do not carry it.
 *
 * `Bytes` are an ArrayBuffer or a view. Undefined comes back where an argument has the wrong form or something did not verify.
 */
type Bytes = ArrayBuffer | ArrayBufferView;
type Maybe = Uint8Array | undefined;

/** Compares in a time that depends on the lengths only. */
export function equal(a: Bytes, b: Bytes): boolean;

// ---- hashes: md5 ripemd160 sha1 sha224 sha256 sha384 sha512 sha512-224 sha512-256 sha3-224 sha3-256 sha3-384 sha3-512 ----
export function hashDigest(name: string, data: Bytes): Maybe;
/** A hash that goes on: [handle, bytes of the digest, bytes of a block]. */
export function hashOpen(name: string): [number, number, number] | undefined;
export function hashUpdate(handle: number, data: Bytes): void;
export function hashCopy(handle: number): number | undefined;
/** The digest; the handle is spent. */
export function hashFinish(handle: number): Maybe;
export function hmac(name: string, key: Bytes, data: Bytes): Maybe;
export function hkdf(name: string, key: Bytes, salt: Bytes, info: Bytes, length: number): Maybe;

// ---- AES, ChaCha20-Poly1305 ------------------------------------------------------------------------------------------
export function aesEcb(encrypt: boolean, key: Bytes, data: Bytes): Maybe;
/** Whole blocks; see `aesPad` and `aesUnpad` for the padding of PKCS #7. */
export function aesCbc(encrypt: boolean, key: Bytes, iv: Bytes, data: Bytes): Maybe;
export function aesPad(data: Bytes): Uint8Array;
export function aesUnpad(data: Bytes): Maybe;
/** The last `bits` bits of `counter` count; undefined if they would come round. */
export function aesCtr(key: Bytes, counter: Bytes, bits: number, data: Bytes): Maybe;
/** The tag, `tag` bytes, is at the end of the ciphertext. */
export function aesGcm(encrypt: boolean, key: Bytes, iv: Bytes, additional: Bytes, tag: number, data: Bytes): Maybe;
/** GCM's stream from block `at` on, and its whole tag: for ciphers that go on. */
export function gcmCrypt(key: Bytes, iv: Bytes, at: number, data: Bytes): Maybe;
export function gcmTag(key: Bytes, iv: Bytes, additional: Bytes, ciphertext: Bytes): Maybe;
/** Key wrap of RFC 3394. */
export function aesKw(wrap: boolean, key: Bytes, data: Bytes): Maybe;
export function chacha(encrypt: boolean, key: Bytes, nonce: Bytes, additional: Bytes, data: Bytes): Maybe;

// ---- curves: P-256 P-384 P-521; a private key is a scalar as long as a field element, a public key an uncompressed point ----
export function ecPublic(curve: string, privateKey: Bytes): Maybe;
/** A point in the form asked for, whichever it came in. */
export function ecPoint(curve: string, point: Bytes, compress: boolean): Maybe;
/** `r` and `s`, one after the other. */
export function ecSign(curve: string, privateKey: Bytes, digest: Bytes): Maybe;
export function ecVerify(curve: string, publicKey: Bytes, digest: Bytes, signature: Bytes): boolean;
export function ecShared(curve: string, privateKey: Bytes, publicKey: Bytes): Maybe;
export function edPublic(privateKey: Bytes): Maybe;
export function edSign(privateKey: Bytes, message: Bytes): Maybe;
export function edVerify(publicKey: Bytes, message: Bytes, signature: Bytes): boolean;
export function xPublic(privateKey: Bytes): Maybe;
export function xShared(privateKey: Bytes, publicKey: Bytes): Maybe;

// ---- RSA: what a private key does is the host's work ------------------------------------------------------------------
/** `block` to the power of the exponent. */
export function rsaPublic(modulus: Bytes, exponent: Bytes, block: Bytes): Maybe;
/** Names of the hash and of the mask's hash, length of the modulus in bits. */
type Scheme = [string, string, number];
/**
 * `sign`: EMSA-PKCS1-v1_5 of a digest · `pss`: EMSA-PSS, `extra` is the salt · `oaep`: `extra` is the seed · `pkcs1`: type 2,
 * `extra` is the filling · `raw`: type 1 of the message itself.
 */
export function rsaPad(kind: 'sign' | 'pss' | 'oaep' | 'pkcs1' | 'raw', scheme: Scheme, message: Bytes, extra: Bytes, label: Bytes): Maybe;
/** Whether a block is the padded digest; a salt below zero stands for one of any length. */
export function rsaCheck(kind: 'sign' | 'pss', scheme: Scheme, digest: Bytes, block: Bytes, salt: number): boolean;
export function rsaUnpad(kind: 'oaep' | 'recover', scheme: Scheme, block: Bytes, label: Bytes): Maybe;

// ---- the host's part: see `wit/crypto.wit` -----------------------------------------------------------------------------
type Outcome = [true, Uint8Array] | [false, string];
/**
 * `kind`: pbkdf2 · scrypt · bcrypt · argon2 · rsa · rsa-generate · brotli · brotli-decompress; the parameters have the names of the contract,
 * in camel case. With `now` it returns the outcome, and everything stands still until then.
 */
export function hostWork(kind: string, parameters: object, now: false): Promise<Outcome>;
export function hostWork(kind: string, parameters: object, now: true): Outcome;

// ---- compression -------------------------------------------------------------------------------------------------------
/** A stream; returns its handle. Level and strategy are zlib's. */
export function zipOpen(inflate: boolean, format: 'gzip' | 'zlib' | 'raw', level: number, strategy: number): number;
/** More comes in. */
export function zipPush(handle: number, data: Bytes): void;
/**
 * The next part that goes out, and whether there is more for now. `flush`: 0 none · 1 sync · 2 full · 3 finish. Throws a
 * TypeError for what cannot be decompressed.
 */
export function zipPull(handle: number, flush: number): [boolean, Uint8Array];
/** Whether the stream is complete. */
export function zipEnded(handle: number): boolean;
/** What came in and was not worked off: after the end, what follows the stream. */
export function zipRest(handle: number): Uint8Array;
export function zipClose(handle: number): void;
export function crc32(data: Bytes, before: number): number;
