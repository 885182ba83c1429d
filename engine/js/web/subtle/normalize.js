/**
 * "Normalize an algorithm" (Web Cryptography, §18.4): names are found whatever their case, the members that an operation
 * takes are converted in the order of Web IDL, and bytes are copied, so that nothing changes afterwards.
 */

import { isKey, notSupported } from './key.js';

const viewTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
const bufferLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength').get;
const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
const getters = (prototype) => ['buffer', 'byteOffset', 'byteLength'].map((name) => Object.getOwnPropertyDescriptor(prototype, name).get);
const arrayParts = getters(typedArray);
const viewParts = getters(DataView.prototype);

/** @param {unknown} value */
export function isBufferSource(value) {
  if (ArrayBuffer.isView(value)) return true;
  try {
    Reflect.apply(bufferLength, value, []);
    return true;
  } catch {
    return false;
  }
}

/** A copy of the bytes; TypeError for what has none. @param {any} value @param {string} what */
export function copyBytes(value, what) {
  if (ArrayBuffer.isView(value)) {
    const parts = Reflect.apply(viewTag, value, []) === undefined ? viewParts : arrayParts;
    const [buffer, offset, length] = parts.map((get) => Reflect.apply(get, value, []));
    if (!isBufferSource(buffer)) throw new TypeError(`${what} must not be shared`);
    return new Uint8Array(buffer, offset, length).slice();
  }
  if (!isBufferSource(value)) throw new TypeError(`${what} is not of type '(ArrayBuffer or ArrayBufferView)'`);
  return new Uint8Array(value).slice();
}

/** A whole number in a range. */
function integer(most) {
  return (value, what) => {
    const number = Math.trunc(Number(value));
    if (!(number >= 0 && number <= most)) throw new TypeError(`${what} must be a whole number from 0 to ${most}`);
    return number + 0;
  };
}

const octet = integer(0xff);
const short = integer(0xffff);
export const long = integer(0xffff_ffff);
const text = (value) => `${value}`;
const hash = (value) => normalize(value, 'digest');

function bigInteger(value, what) {
  if (!ArrayBuffer.isView(value) || Reflect.apply(viewTag, value, []) !== 'Uint8Array') throw new TypeError(`${what} is not of type 'Uint8Array'`);
  return copyBytes(value, what);
}

function key(value, what) {
  if (!isKey(value)) throw new TypeError(`${what} is not of type 'CryptoKey'`);
  return value;
}

/** Members of a dictionary, in order; those with a `?` may be left out. */
const none = [];
const hashed = [['hash', hash]];
const curve = [['namedCurve', text]];
const length = [['length', short]];
const hmacKey = [['hash', hash], ['length?', long]];
const rsaGenerate = [['modulusLength', long], ['publicExponent', bigInteger], ['hash', hash]];
const publicKey = [['public', key]];
const counter = [['counter', copyBytes], ['length', octet]];
const gcm = [['additionalData?', copyBytes], ['iv', copyBytes], ['tagLength?', octet]];
const cbc = [['iv', copyBytes]];
const oaep = [['label?', copyBytes]];
const pss = [['saltLength', long]];

const rsa = { generateKey: rsaGenerate, importKey: hashed };
const ec = { generateKey: curve, importKey: curve };
const aes = { generateKey: length, importKey: none, 'get key length': length };

/** What each algorithm has operations for, and the members that they take. */
const ALGORITHMS = {
  'RSASSA-PKCS1-v1_5': { ...rsa, sign: none, verify: none },
  'RSA-PSS': { ...rsa, sign: pss, verify: pss },
  'RSA-OAEP': { ...rsa, encrypt: oaep, decrypt: oaep },
  ECDSA: { ...ec, sign: hashed, verify: hashed },
  ECDH: { ...ec, deriveBits: publicKey },
  Ed25519: { generateKey: none, importKey: none, sign: none, verify: none },
  X25519: { generateKey: none, importKey: none, deriveBits: publicKey },
  'AES-CTR': { ...aes, encrypt: counter, decrypt: counter },
  'AES-CBC': { ...aes, encrypt: cbc, decrypt: cbc },
  'AES-GCM': { ...aes, encrypt: gcm, decrypt: gcm },
  'AES-KW': { ...aes, wrapKey: none, unwrapKey: none },
  HMAC: { generateKey: hmacKey, importKey: hmacKey, 'get key length': hmacKey, sign: none, verify: none },
  HKDF: { importKey: none, 'get key length': none, deriveBits: [['hash', hash], ['info', copyBytes], ['salt', copyBytes]] },
  PBKDF2: { importKey: none, 'get key length': none, deriveBits: [['hash', hash], ['iterations', long], ['salt', copyBytes]] },
  'SHA-1': { digest: none },
  'SHA-256': { digest: none },
  'SHA-384': { digest: none },
  'SHA-512': { digest: none },
};

const names = new Map(Object.keys(ALGORITHMS).map((name) => [name.toLowerCase(), name]));
/** ASCII letters only: `toLowerCase` would take the Kelvin sign for a K. */
const lower = (name) => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/**
 * @param {unknown} algorithm @param {string} operation
 * @returns {any} `name` as the standard writes it, and the members
 */
export function normalize(algorithm, operation) {
  let given = algorithm;
  if (typeof given !== 'object' && typeof given !== 'function' || given === null) given = { name: `${/** @type {any} */ (algorithm)}` };
  const asked = /** @type {any} */ (given).name;
  if (asked === undefined) throw new TypeError("the algorithm has no member 'name'");
  const name = names.get(lower(`${asked}`));
  const members = name === undefined ? undefined : ALGORITHMS[name][operation];
  if (members === undefined) throw notSupported(`the algorithm '${asked}' is not supported for '${operation}'`);
  const normal = { name };
  for (const [member, convert] of members) {
    const optional = member.endsWith('?');
    const plain = optional ? member.slice(0, -1) : member;
    const value = given[plain];
    if (value !== undefined) normal[plain] = convert(value, `${name}: '${plain}'`);
    else if (!optional) throw new TypeError(`${name}: the member '${plain}' is missing`);
  }
  return normal;
}

/** Whether an algorithm has an operation. @param {string} name @param {string} operation */
export const supports = (name, operation) => ALGORITHMS[name][operation] !== undefined;
