/** `KeyObject` and the ways in and out of one: PEM, DER, JWK, and Web Cryptography's `CryptoKey`. */

import { equal } from 'native:crypto';
import { Malformed, same, toBase64Url } from '../der.js';
import { Refused, randomBytes, work, workNow } from '../work.js';
import {
  EC_PUBLIC_KEY, OKP, ecMembers, generateEc, generateOkp, readEcJwk, readEcPkcs8, readEcPrivate, readEcSpki, readOkpJwk, readOkpPkcs8,
  readOkpSpki, writeEcPkcs8, writeEcPrivate, writeEcSpki, writeOkpPkcs8, writeOkpSpki,
} from '../../web/subtle/curves.js';
import { insideOf, isKey, makeKey } from '../../web/subtle/key.js';
import {
  bitsOf, readRsaJwk, readRsaPkcs8, readRsaPrivate, readRsaPublic, readRsaSpki, rsaMembers, writeRsaPkcs8, writeRsaPublic, writeRsaSpki,
} from '../../web/subtle/rsa.js';
import { DOMException } from '../../web/dom-exception.js';
import { inspectCustom } from '../../web/interfaces.js';
import { checkCallback, checkInteger, invalidType, invalidValue, nodeError, settle, toBuffer, toBytes } from './bytes.js';
import { decryptPkcs8, encryptPkcs8, identifierOf, readPem, subjectKeyOf, writePem } from './pem.js';

/** Curves by the names of OpenSSL. */
const CURVE_NAMES = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' };
export const getCurves = () => Object.values(CURVE_NAMES);
/** @param {string} name of OpenSSL or of NIST */
export function curveOf(name) {
  const curve = Object.keys(CURVE_NAMES).find((nist) => nist === name || CURVE_NAMES[nist] === name || (name === 'secp256r1' && nist === 'P-256'));
  if (curve === undefined) throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_CURVE', `Invalid EC curve name: ${name}`);
  return curve;
}

const ours = Symbol('ours');
/** @type {(key: any) => any} */
let inside;
/** @type {(value: unknown) => boolean} */
export let isKeyObject;

/**
 * What a key object holds: `kind` is 'secret', 'rsa', 'ec', 'ed25519' or 'x25519', `material` what `web/subtle` keeps in a
 * key of that kind, `curve` that of an 'ec' one.
 */
export class KeyObject {
  #inside;

  constructor(mark, type = undefined, kind = undefined, material = undefined, curve = undefined) {
    if (mark !== ours) throw nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', "The argument 'type' is invalid: use createSecretKey, createPublicKey or createPrivateKey");
    this.#inside = { type, kind, material, curve };
  }

  static {
    inside = (key) => key.#inside;
    isKeyObject = (value) => typeof value === 'object' && value !== null && #inside in value;
  }

  static from(key) {
    if (!isKey(key)) throw invalidType('key', 'an instance of CryptoKey', key);
    const { type, algorithm, material } = insideOf(key);
    if (type === 'secret') return new KeyObject(ours, 'secret', 'secret', material);
    const { name, namedCurve } = algorithm;
    if (name.startsWith('RSA')) return new KeyObject(ours, type, 'rsa', material);
    return namedCurve === undefined ? new KeyObject(ours, type, name.toLowerCase(), material) : new KeyObject(ours, type, 'ec', material, namedCurve);
  }

  get type() { return this.#inside.type; }
  get asymmetricKeyType() { return this.#inside.kind === 'secret' ? undefined : this.#inside.kind; }
  get symmetricKeySize() { return this.#inside.kind === 'secret' ? this.#inside.material.length : undefined; }

  get asymmetricKeyDetails() {
    const { kind, material, curve } = this.#inside;
    if (kind === 'rsa') {
      return { modulusLength: bitsOf(material), publicExponent: material.e.reduce((number, byte) => number * 256n + BigInt(byte), 0n) };
    }
    if (kind === 'ec') return { namedCurve: CURVE_NAMES[curve] };
    return kind === 'secret' ? undefined : {};
  }

  equals(other) {
    if (!isKeyObject(other)) throw invalidType('otherKeyObject', 'an instance of KeyObject', other);
    if (other.type !== this.type || other.asymmetricKeyType !== this.asymmetricKeyType) return false;
    const [mine, theirs] = [this, other].map((key) => (key.type === 'secret' ? inside(key).material : encode(key, key.type === 'public' ? 'spki' : 'pkcs8')));
    return equal(mine, theirs);
  }

  export(options = undefined) {
    const { type, material } = this.#inside;
    if (options?.format === 'jwk') return toJwk(this);
    if (type === 'secret') {
      if (options?.format !== undefined && options.format !== 'buffer') throw invalidValue('options.format', options.format);
      return toBuffer(material.slice());
    }
    if (typeof options !== 'object' || options === null) throw invalidType('options', 'of type object', options);
    return exportAsymmetric(this, options);
  }

  toCryptoKey(algorithm, extractable, usages) {
    // What `importKey` makes of it, without the way through an encoding.
    const { type, material, kind, curve } = this.#inside;
    const wanted = typeof algorithm === 'string' ? { name: algorithm } : algorithm;
    const detail = { name: wanted.name };
    if (kind === 'rsa') Object.assign(detail, { modulusLength: bitsOf(material), publicExponent: material.e, hash: { name: wanted.hash?.name ?? wanted.hash } });
    if (kind === 'ec') detail.namedCurve = curve;
    if (kind === 'secret') {
      detail.length = material.length * 8;
      if (wanted.name === 'HMAC') detail.hash = { name: wanted.hash?.name ?? wanted.hash };
    }
    return makeKey(type, extractable, detail, usages, material);
  }

  get [Symbol.toStringTag]() { return 'KeyObject'; }

  [inspectCustom](_, options, inspect) {
    const shown = this.type === 'secret' ? {} : { asymmetricKeyType: this.asymmetricKeyType };
    return `${{ secret: 'Secret', public: 'Public', private: 'Private' }[this.type]}KeyObject ${inspect(shown, options)}`;
  }
}

/** DER of a key. @param {KeyObject} key @param {string} form */
function encode(key, form) {
  const { type, kind, material, curve } = inside(key);
  const wrong = () => invalidValue('options.type', form, `is not possible for a ${type} ${kind} key`);
  const writers = {
    rsa: { spki: writeRsaSpki, pkcs8: writeRsaPkcs8, pkcs1: type === 'private' ? ({ der }) => der : writeRsaPublic },
    ec: { spki: (own) => writeEcSpki(curve, own), pkcs8: (own) => writeEcPkcs8(curve, own), sec1: (own) => writeEcPrivate(curve, own, true) },
  }[kind] ?? { spki: (own) => writeOkpSpki(OKP_NAMES[kind], own), pkcs8: (own) => writeOkpPkcs8(OKP_NAMES[kind], own) };
  const fits = type === 'public' ? ['spki', 'pkcs1'] : ['pkcs8', 'pkcs1', 'sec1'];
  if (!fits.includes(form) || writers[form] === undefined) throw wrong();
  return writers[form](material);
}

const OKP_NAMES = { ed25519: 'Ed25519', x25519: 'X25519' };
const LABELS = { spki: 'PUBLIC KEY', pkcs8: 'PRIVATE KEY', sec1: 'EC PRIVATE KEY' };

function exportAsymmetric(key, { type, format, cipher, passphrase }) {
  if (format !== 'pem' && format !== 'der') throw invalidValue('options.format', format);
  let bytes = encode(key, type);
  let label = type === 'pkcs1' ? `RSA ${key.type === 'private' ? 'PRIVATE' : 'PUBLIC'} KEY` : LABELS[type];
  if (cipher !== undefined && key.type === 'private') {
    if (type !== 'pkcs8') throw nodeError(Error, 'ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS', `The selected key encoding ${type} does not support encryption`);
    bytes = encryptPkcs8(bytes, cipher, toBytes(passphrase, 'options.passphrase'));
    label = 'ENCRYPTED PRIVATE KEY';
  }
  return format === 'der' ? toBuffer(bytes) : writePem(label, bytes);
}

function toJwk(key) {
  const { type, kind, material, curve } = inside(key);
  const isPrivate = type === 'private';
  let members;
  if (kind === 'secret') members = { kty: 'oct', k: material };
  else if (kind === 'rsa') members = rsaMembers(material, isPrivate);
  else if (kind === 'ec') members = ecMembers(curve, material);
  else members = { kty: 'OKP', crv: OKP_NAMES[kind], x: material.publicKey, d: material.privateKey };
  const jwk = {};
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined || (name === 'd' && !isPrivate)) continue;
    jwk[name] = typeof value === 'string' ? value : toBase64Url(value);
  }
  return jwk;
}

const publicMaterial = {
  rsa: ({ n, e }) => ({ n, e }),
  other: ({ publicKey }) => ({ publicKey }),
};

/** The public half of a private key. @param {KeyObject} key */
function publicHalf(key) {
  const { kind, material, curve } = inside(key);
  return new KeyObject(ours, 'public', kind, (publicMaterial[kind] ?? publicMaterial.other)(material), curve);
}

const unreadable = () => nodeError(Error, 'ERR_OSSL_UNSUPPORTED', 'error:1E08010C:DECODER routines::unsupported');

/** Reads with one of the readers below; what is no such key is an error of Node. */
function reading(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed || error instanceof DOMException) throw unreadable();
    throw error;
  }
}

/** A key by the identifier of its algorithm. */
function byIdentifier(bytes, type) {
  const identifier = identifierOf(bytes, type);
  if (same(identifier, EC_PUBLIC_KEY)) {
    const [curve, found] = type === 'public' ? readEcSpki(bytes) : readEcPkcs8(bytes);
    const material = type === 'public' ? { publicKey: found } : found;
    return new KeyObject(ours, type, 'ec', material, curve);
  }
  for (const [kind, name] of Object.entries(OKP_NAMES)) {
    if (same(identifier, OKP[name].id)) {
      return new KeyObject(ours, type, kind, type === 'public' ? readOkpSpki(name, bytes) : readOkpPkcs8(name, bytes));
    }
  }
  return new KeyObject(ours, type, 'rsa', type === 'public' ? readRsaSpki(bytes) : readRsaPkcs8(bytes));
}

const DER = {
  spki: (bytes) => byIdentifier(bytes, 'public'),
  pkcs8: (bytes, passphrase) => byIdentifier(passphrase === undefined ? bytes : decryptPkcs8(bytes, passphrase), 'private'),
  sec1(bytes) {
    const { curve, ...material } = readEcPrivate(undefined, bytes);
    return new KeyObject(ours, 'private', 'ec', material, curve);
  },
};

const PEM = {
  'PUBLIC KEY': DER.spki,
  'RSA PUBLIC KEY': (bytes) => new KeyObject(ours, 'public', 'rsa', readRsaPublic(bytes)),
  CERTIFICATE: (bytes) => byIdentifier(subjectKeyOf(bytes), 'public'),
  'PRIVATE KEY': (bytes) => byIdentifier(bytes, 'private'),
  'RSA PRIVATE KEY': (bytes) => new KeyObject(ours, 'private', 'rsa', readRsaPrivate(bytes)),
  'EC PRIVATE KEY': DER.sec1,
  'ENCRYPTED PRIVATE KEY'(bytes, passphrase) {
    if (passphrase === undefined) throw nodeError(TypeError, 'ERR_MISSING_PASSPHRASE', 'Passphrase required for encrypted key');
    return byIdentifier(decryptPkcs8(bytes, passphrase), 'private');
  },
};

function fromJwk(jwk) {
  const isPrivate = jwk.d !== undefined;
  const type = isPrivate ? 'private' : 'public';
  const invalid = () => nodeError(Error, 'ERR_CRYPTO_INVALID_JWK', 'Invalid JWK data');
  try {
    switch (jwk.kty) {
      case 'RSA':
        return new KeyObject(ours, type, 'rsa', readRsaJwk(jwk));
      case 'EC': {
        const curve = curveOf(jwk.crv);
        return new KeyObject(ours, type, 'ec', readEcJwk(curve, jwk), curve);
      }
      case 'OKP': {
        const kind = Object.keys(OKP_NAMES).find((each) => OKP_NAMES[each] === jwk.crv);
        if (kind === undefined) throw invalid();
        return new KeyObject(ours, type, kind, readOkpJwk(jwk.crv, jwk));
      }
      default:
        throw invalid();
    }
  } catch (error) {
    if (error instanceof DOMException) throw invalid();
    throw error;
  }
}

/** @param {any} input what `createPublicKey` and `createPrivateKey` take @returns {KeyObject} */
function read(input) {
  if (isKeyObject(input)) return input;
  if (isKey(input)) return KeyObject.from(input);
  const isPlain = typeof input === 'string' || ArrayBuffer.isView(input) || input instanceof ArrayBuffer;
  if (!isPlain && (typeof input !== 'object' || input === null)) {
    throw invalidType('key', 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey', input);
  }
  const { key, format = 'pem', type, passphrase, encoding } = isPlain ? { key: input } : input;
  if (isKeyObject(key)) return key;
  if (isKey(key)) return KeyObject.from(key);
  if (format === 'jwk') {
    if (typeof key !== 'object' || key === null) throw invalidType('key.key', 'of type object', key);
    return fromJwk(key);
  }
  const bytes = toBytes(key, 'key', encoding);
  const secret = passphrase === undefined || passphrase === null ? undefined : toBytes(passphrase, 'key.passphrase');
  return reading(() => {
    if (format === 'der') {
      if (type === 'pkcs1') return pkcs1(bytes);
      if (!Object.hasOwn(DER, type)) throw invalidValue('key.type', type);
      return DER[type](bytes, secret);
    }
    if (format !== 'pem') throw invalidValue('key.format', format);
    const { label, content } = readPem(bytes) ?? {};
    if (!Object.hasOwn(PEM, label ?? '')) throw unreadable();
    return PEM[label](content, secret);
  });
}

/** Either half, for PKCS #1 does not say. */
function pkcs1(bytes) {
  try {
    return new KeyObject(ours, 'private', 'rsa', readRsaPrivate(bytes));
  } catch {
    return new KeyObject(ours, 'public', 'rsa', readRsaPublic(bytes));
  }
}

export function createPrivateKey(input) {
  const key = read(input);
  if (key.type !== 'private') {
    if (isKeyObject(input)) throw nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', 'The argument is a key object already');
    throw unreadable();
  }
  return key;
}

export function createPublicKey(input) {
  const key = read(input);
  if (key.type === 'secret') throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE', `Invalid key object type ${key.type}, expected private.`);
  return key.type === 'private' ? publicHalf(key) : key;
}

export function createSecretKey(key, encoding = undefined) {
  return new KeyObject(ours, 'secret', 'secret', toBytes(key, 'key', encoding).slice());
}

/** The inside of a key to sign, verify, encrypt or agree with. @returns {{ type, kind, material, curve }} */
export function keyOf(input, type) {
  const key = type === 'private' ? read(input) : createPublicKey(input);
  if (key.type !== type) throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE', `Invalid key object type ${key.type}, expected ${type}.`);
  return inside(key);
}

/** Bytes of a secret key. @param {any} key @param {string} [encoding] */
export function secretOf(key, encoding = undefined) {
  const object = isKey(key) ? KeyObject.from(key) : key;
  if (!isKeyObject(object)) return toBytes(key, 'key', encoding);
  if (object.type !== 'secret') throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE', `Invalid key object type ${object.type}, expected secret.`);
  return inside(object).material;
}

// ---- new keys --------------------------------------------------------------------------------------------------------

function encoded(key, encoding) {
  return encoding === undefined || encoding === null ? key : key.export(encoding);
}

function makePair(kind, material, curve, options) {
  const privateKey = new KeyObject(ours, 'private', kind, material, curve);
  return {
    publicKey: encoded(publicHalf(privateKey), options.publicKeyEncoding),
    privateKey: encoded(privateKey, options.privateKeyEncoding),
  };
}

/** What a pair of RSA needs of the host. */
function rsaParameters({ modulusLength, publicExponent = 0x10001 }) {
  return {
    bits: checkInteger(modulusLength, 'options.modulusLength', 0, 2 ** 32 - 1),
    exponent: checkInteger(publicExponent, 'options.publicExponent', 0, 2 ** 32 - 1),
  };
}

/** All pairs but those of RSA, which take the host. */
function quickPair(type, options) {
  switch (type) {
    case 'ec': {
      if (typeof options.namedCurve !== 'string') throw invalidType('options.namedCurve', 'of type string', options.namedCurve);
      const curve = curveOf(options.namedCurve);
      return makePair('ec', generateEc(curve), curve, options);
    }
    case 'ed25519': case 'x25519':
      return makePair(type, generateOkp(OKP_NAMES[type]), undefined, options);
    default:
      throw invalidValue('type', type, 'must be a supported key type');
  }
}

const failed = (error) => (error instanceof Refused ? nodeError(Error, 'ERR_CRYPTO_OPERATION_FAILED', error.message) : error);

export function generateKeyPairSync(type, options = {}) {
  if (type !== 'rsa') return quickPair(type, options);
  const parameters = rsaParameters(options);
  try {
    return makePair('rsa', readRsaPrivate(workNow('rsa-generate', parameters)), undefined, options);
  } catch (error) {
    throw failed(error);
  }
}

/** @returns {Promise<{ publicKey, privateKey }>} */
async function pairLater(type, options = {}) {
  if (type !== 'rsa') return quickPair(type, options);
  try {
    return makePair('rsa', readRsaPrivate(await work('rsa-generate', rsaParameters(options))), undefined, options);
  } catch (error) {
    throw failed(error);
  }
}

export function generateKeyPair(type, ...rest) {
  const callback = rest.pop();
  checkCallback(callback);
  const options = rest[0] ?? {};
  if (type === 'rsa') rsaParameters(options);
  const pair = pairLater(type, options);
  settle(pair, (error, made) => (error ? callback(error) : callback(null, made.publicKey, made.privateKey)));
}

/** What `util.promisify` makes of it. */
Object.defineProperty(generateKeyPair, Symbol.for('nodejs.util.promisify.custom'), { value: pairLater, configurable: true });

function newSecret(type, options) {
  const length = checkInteger(options?.length, 'options.length', 8, 2 ** 31 - 1);
  if (type === 'aes' && ![128, 192, 256].includes(length)) throw invalidValue('options.length', length, 'must be one of: 128, 192, 256');
  if (type !== 'aes' && type !== 'hmac') throw invalidValue('type', type, 'must be a supported key type');
  return createSecretKey(randomBytes(Math.floor(length / 8)));
}

export const generateKeySync = newSecret;
export function generateKey(type, options, callback) {
  checkCallback(callback);
  const key = newSecret(type, options);
  setImmediate(callback, null, key);
}

