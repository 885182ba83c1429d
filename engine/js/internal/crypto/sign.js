/** Signatures and encryption with key pairs, as `node:crypto` has them. */

import { ecSign, ecVerify, edSign, edVerify, hashDigest, rsaCheck, rsaPad, rsaUnpad } from 'native:crypto';
import { INTEGER, Malformed, Reader, SEQUENCE, concat, extend, strip, write, writeInteger } from '../der.js';
import { Refused, randomBytes, work, workNow } from '../work.js';
import { CURVES } from '../../web/subtle/curves.js';
import { bitsOf, publicly } from '../../web/subtle/rsa.js';
import { checkCallback, invalidValue, nodeError, output, settle, streamOnDemand, toBuffer, toBytes } from './bytes.js';
import { callable, requireHash } from './hash.js';
import { keyOf } from './keys.js';

export const constants = {
  RSA_PKCS1_PADDING: 1,
  RSA_NO_PADDING: 3,
  RSA_PKCS1_OAEP_PADDING: 4,
  RSA_PKCS1_PSS_PADDING: 6,
  RSA_PSS_SALTLEN_DIGEST: -1,
  RSA_PSS_SALTLEN_MAX_SIGN: -2,
  RSA_PSS_SALTLEN_AUTO: -2,
  defaultCoreCipherList: '',
  TLS1_VERSION: 769,
  TLS1_1_VERSION: 770,
  TLS1_2_VERSION: 771,
  TLS1_3_VERSION: 772,
  POINT_CONVERSION_COMPRESSED: 2,
  POINT_CONVERSION_UNCOMPRESSED: 4,
  POINT_CONVERSION_HYBRID: 6,
};

const NOTHING = new Uint8Array(0);
const SIZES = { md5: 16, ripemd160: 20, sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64, 'sha512-224': 28, 'sha512-256': 32, 'sha3-224': 28, 'sha3-256': 32, 'sha3-384': 48, 'sha3-512': 64 };

const failed = () => nodeError(Error, 'ERR_CRYPTO_OPERATION_FAILED', 'The operation failed');
const dataTooLarge = () => nodeError(Error, 'ERR_OSSL_RSA_DATA_TOO_LARGE_FOR_KEY_SIZE', 'data too large for key size');
const refused = (error) => (error instanceof Refused ? nodeError(Error, 'ERR_CRYPTO_OPERATION_FAILED', error.message) : error);

/** Options that stand beside a key. */
const optionsOf = (key) => (typeof key === 'object' && key !== null && !ArrayBuffer.isView(key) ? key : {});

/** A block to be raised to the private exponent: the signature of RSA before the host has done its part. */
function rsaBlock(hash, { material }, digest, { padding = constants.RSA_PKCS1_PADDING, saltLength = constants.RSA_PSS_SALTLEN_MAX_SIGN }) {
  const bits = bitsOf(material);
  const scheme = [hash, hash, bits];
  if (padding === constants.RSA_PKCS1_PADDING) return rsaPad('sign', scheme, digest, NOTHING, NOTHING) ?? tooSmall();
  if (padding !== constants.RSA_PKCS1_PSS_PADDING) throw invalidValue('padding', padding);
  const most = Math.ceil((bits - 1) / 8) - digest.length - 2;
  const length = saltLength === constants.RSA_PSS_SALTLEN_DIGEST ? digest.length : saltLength === constants.RSA_PSS_SALTLEN_MAX_SIGN ? most : saltLength;
  if (length > most || length < 0) tooSmall();
  return rsaPad('pss', scheme, digest, randomBytes(length), NOTHING) ?? tooSmall();
}

function tooSmall() {
  throw nodeError(Error, 'ERR_OSSL_RSA_DIGEST_TOO_BIG_FOR_RSA_KEY', 'digest too big for rsa key');
}

function rsaVerifies(hash, { material }, digest, signature, { padding = constants.RSA_PKCS1_PADDING, saltLength = constants.RSA_PSS_SALTLEN_AUTO }) {
  const bits = bitsOf(material);
  const block = publicly(material, signature);
  if (block === undefined) return false;
  if (padding === constants.RSA_PKCS1_PADDING) return rsaCheck('sign', [hash, hash, bits], digest, block, 0);
  if (padding !== constants.RSA_PKCS1_PSS_PADDING) throw invalidValue('padding', padding);
  const length = saltLength === constants.RSA_PSS_SALTLEN_DIGEST ? digest.length : saltLength;
  return rsaCheck('pss', [hash, hash, bits], digest, block, length);
}

/** `r` and `s` as a sequence of two numbers, which is what Node gives unless it is told otherwise. */
function toDer(signature) {
  const size = signature.length / 2;
  return write(SEQUENCE, writeInteger(signature.subarray(0, size)), writeInteger(signature.subarray(size)));
}

function fromDer(bytes, size) {
  try {
    const outer = new Reader(bytes);
    const pair = outer.enter(SEQUENCE);
    const [r, s] = [strip(pair.read(INTEGER)), strip(pair.read(INTEGER))];
    pair.end();
    outer.end();
    return r.length > size || s.length > size ? undefined : concat(extend(r, size), extend(s, size));
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** What is signed: the message itself for Ed25519, a digest for the others. */
function digested(algorithm, key, data) {
  if (key.kind === 'ed25519') {
    if (algorithm !== null && algorithm !== undefined) throw nodeError(Error, 'ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE', 'Unsupported crypto operation');
    return [undefined, data];
  }
  if (key.kind === 'x25519') throw nodeError(Error, 'ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE', 'operation not supported for this keytype');
  const hash = requireHash(algorithm ?? 'sha256');
  return [hash, hashDigest(hash, data)];
}

/** A signature without the host; undefined for RSA. */
function quickSignature(key, digest, options) {
  if (key.kind === 'ed25519') return edSign(key.material.privateKey, digest);
  if (key.kind !== 'ec') return undefined;
  const signature = ecSign(key.curve, key.material.privateKey, digest);
  if (signature === undefined) throw failed();
  return options.dsaEncoding === 'ieee-p1363' ? signature : toDer(signature);
}

function signNow(key, hash, digest, options) {
  const quick = quickSignature(key, digest, options);
  if (quick !== undefined) return toBuffer(quick);
  try {
    return toBuffer(workNow('rsa', { key: key.material.der, block: rsaBlock(hash, key, digest, options) }));
  } catch (error) {
    throw refused(error);
  }
}

function verifies(key, hash, digest, signature, options) {
  if (key.kind === 'ed25519') return edVerify(key.material.publicKey, digest, signature);
  if (key.kind === 'rsa') return rsaVerifies(hash, key, digest, signature, options);
  const { size } = CURVES[key.curve];
  const raw = options.dsaEncoding === 'ieee-p1363' ? signature : fromDer(signature, size);
  return raw !== undefined && ecVerify(key.curve, key.material.publicKey, digest, raw);
}

export function sign(algorithm, data, key, callback = undefined) {
  const bytes = toBytes(data, 'data');
  const own = keyOf(key, 'private');
  const [hash, digest] = digested(algorithm, own, bytes);
  const options = optionsOf(key);
  if (callback === undefined) return signNow(own, hash, digest, options);
  checkCallback(callback);
  const quick = quickSignature(own, digest, options);
  const signature = quick === undefined ? work('rsa', { key: own.material.der, block: rsaBlock(hash, own, digest, options) }) : Promise.resolve(quick);
  settle(signature.then(toBuffer, (error) => {
    throw refused(error);
  }), callback);
  return undefined;
}

export function verify(algorithm, data, key, signature, callback = undefined) {
  const bytes = toBytes(data, 'data');
  const given = toBytes(signature, 'signature');
  const own = keyOf(key, 'public');
  const [hash, digest] = digested(algorithm, own, bytes);
  const result = verifies(own, hash, digest, given, optionsOf(key));
  if (callback === undefined) return result;
  checkCallback(callback);
  setImmediate(callback, null, result);
  return undefined;
}

/** Collects what is to be signed. */
class Collector {
  #parts = [];
  #hash;

  constructor(algorithm) {
    this.#hash = requireHash(algorithm);
  }

  update(data, encoding = undefined) {
    if (this.#parts === undefined) throw nodeError(Error, 'ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation update');
    this.#parts.push(toBytes(data, 'data', encoding).slice());
    return this;
  }

  take() {
    if (this.#parts === undefined) throw nodeError(Error, 'ERR_CRYPTO_INVALID_STATE', 'Not initialised');
    const data = concat(...this.#parts);
    this.#parts = undefined;
    return [this.#hash, data];
  }
}

class SignState extends Collector {
  sign(key, encoding = undefined) {
    const [hash, data] = this.take();
    const own = keyOf(key, 'private');
    const [, digest] = digested(hash, own, data);
    return output(signNow(own, hash, digest, optionsOf(key)), encoding);
  }
}
Object.defineProperty(SignState, 'name', { value: 'Sign' });

class VerifyState extends Collector {
  verify(key, signature, encoding = undefined) {
    const [hash, data] = this.take();
    const own = keyOf(key, 'public');
    const [, digest] = digested(hash, own, data);
    return verifies(own, hash, digest, toBytes(signature, 'signature', encoding), optionsOf(key));
  }
}
Object.defineProperty(VerifyState, 'name', { value: 'Verify' });

for (const Class of [SignState, VerifyState]) {
  streamOnDemand(Class, (object) => ({
    transform(chunk, encoding, done) {
      object.update(chunk, encoding);
      done();
    },
  }));
}

export const Sign = callable(SignState);
export const Verify = callable(VerifyState);
export const createSign = (algorithm) => new SignState(algorithm);
export const createVerify = (algorithm) => new VerifyState(algorithm);

// ---- encryption ------------------------------------------------------------------------------------------------------

function rsaKey(key, type) {
  const own = keyOf(key, type);
  if (own.kind !== 'rsa') throw nodeError(Error, 'ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE', 'operation not supported for this keytype');
  return own.material;
}

function oaepScheme({ oaepHash = 'sha1' }, material) {
  const hash = requireHash(oaepHash, 'key.oaepHash');
  return [hash, hash, bitsOf(material)];
}

const labelOf = ({ oaepLabel }) => (oaepLabel === undefined ? NOTHING : toBytes(oaepLabel, 'key.oaepLabel'));

/** Random bytes, none of them zero. */
function filling(length) {
  const bytes = randomBytes(length);
  for (let at = 0; at < length; at++) while (bytes[at] === 0) [bytes[at]] = randomBytes(1);
  return bytes;
}

export function publicEncrypt(key, buffer) {
  const options = optionsOf(key);
  const material = rsaKey(key, 'public');
  const data = toBytes(buffer, 'buffer', options.encoding);
  const { padding = constants.RSA_PKCS1_OAEP_PADDING } = options;
  const size = material.n.length;
  let block = data;
  if (padding === constants.RSA_PKCS1_OAEP_PADDING) {
    const scheme = oaepScheme(options, material);
    block = rsaPad('oaep', scheme, data, randomBytes(SIZES[scheme[0]]), labelOf(options));
  } else if (padding === constants.RSA_PKCS1_PADDING) {
    if (data.length > size - 11) throw dataTooLarge();
    block = rsaPad('pkcs1', ['', '', bitsOf(material)], data, filling(size - data.length - 3), NOTHING);
  } else if (padding !== constants.RSA_NO_PADDING) throw invalidValue('padding', padding);
  const out = block === undefined ? undefined : publicly(material, block);
  if (out === undefined) throw dataTooLarge();
  return toBuffer(out);
}

export function privateDecrypt(key, buffer) {
  const options = optionsOf(key);
  const material = rsaKey(key, 'private');
  const data = toBytes(buffer, 'buffer', options.encoding);
  const { padding = constants.RSA_PKCS1_OAEP_PADDING } = options;
  // Whether this padding is right must never show, and a function would show it: Node has it switched off too.
  if (padding === constants.RSA_PKCS1_PADDING) {
    throw nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', 'RSA_PKCS1_PADDING is not supported for private decryption: use RSA_PKCS1_OAEP_PADDING');
  }
  let block;
  try {
    block = workNow('rsa', { key: material.der, block: data });
  } catch (error) {
    throw refused(error);
  }
  if (padding === constants.RSA_PKCS1_OAEP_PADDING) {
    const message = rsaUnpad('oaep', oaepScheme(options, material), block, labelOf(options));
    if (message === undefined) throw nodeError(Error, 'ERR_OSSL_RSA_OAEP_DECODING_ERROR', 'oaep decoding error');
    return toBuffer(message);
  }
  return toBuffer(block);
}

export function privateEncrypt(key, buffer) {
  const options = optionsOf(key);
  const material = rsaKey(key, 'private');
  const data = toBytes(buffer, 'buffer', options.encoding);
  const { padding = constants.RSA_PKCS1_PADDING } = options;
  const block = padding === constants.RSA_NO_PADDING ? data : rsaPad('raw', ['', '', bitsOf(material)], data, NOTHING, NOTHING);
  if (block === undefined) throw dataTooLarge();
  try {
    return toBuffer(workNow('rsa', { key: material.der, block }));
  } catch (error) {
    throw refused(error);
  }
}

export function publicDecrypt(key, buffer) {
  const options = optionsOf(key);
  const material = rsaKey(key, 'public');
  const block = publicly(material, toBytes(buffer, 'buffer', options.encoding));
  if (block === undefined) throw failed();
  if (options.padding === constants.RSA_NO_PADDING) return toBuffer(block);
  const message = rsaUnpad('recover', ['', '', bitsOf(material)], block, NOTHING);
  if (message === undefined) throw nodeError(Error, 'ERR_OSSL_RSA_INVALID_PADDING', 'invalid padding');
  return toBuffer(message);
}
