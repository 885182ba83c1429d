/**
 * `crypto.subtle` of Web Cryptography. This file converts arguments, checks what keys allow, and leaves the algorithms to
 * `subtle/`. A function that uses none of it never loads it.
 */

import { utf8Decode, utf8Encode } from 'native';
import { hashDigest } from 'native:crypto';
import { defineInterface, requireArguments } from '../internal/webidl.js';
import { requireInternalKey } from './interfaces.js';
import { curves } from './subtle/curves.js';
import { derivations } from './subtle/derive.js';
import { toJsonWebKey } from './subtle/jwk.js';
import { CryptoKey, USAGES, dataError, insideOf, invalidAccess, isKey, noUsages, notSupported } from './subtle/key.js';
import { copyBytes, isBufferSource, long, normalize, supports } from './subtle/normalize.js';
import { rsaAlgorithms } from './subtle/rsa.js';
import { hashName, symmetric } from './subtle/symmetric.js';

export { CryptoKey };

const algorithms = { ...symmetric, ...curves, ...derivations, ...rsaAlgorithms };
const FORMATS = ['raw', 'spki', 'pkcs8', 'jwk'];

/** @param {unknown} value @param {string} what */
function toFormat(value, what) {
  const format = `${value}`;
  if (!FORMATS.includes(format)) throw new TypeError(`${what}: '${format}' is no key format`);
  return format;
}

/** @param {any} value @param {string} what @returns {string[]} */
function toUsages(value, what) {
  const method = typeof value === 'object' && value !== null || typeof value === 'function' ? value[Symbol.iterator] : undefined;
  if (typeof method !== 'function') throw new TypeError(`${what}: the usages are not a sequence`);
  const usages = [];
  for (const item of { [Symbol.iterator]: () => Reflect.apply(method, value, []) }) {
    const usage = `${item}`;
    if (!USAGES.includes(usage)) throw new TypeError(`${what}: '${usage}' is no usage of a key`);
    if (!usages.includes(usage)) usages.push(usage);
  }
  return usages;
}

function toKey(value, what) {
  if (!isKey(value)) throw new TypeError(`${what}: the key is not of type 'CryptoKey'`);
  return insideOf(value);
}

/** Bytes, or the dictionary of a JWK. @param {string} format @param {any} value @param {string} what */
function toKeyData(format, value, what) {
  if (isBufferSource(value)) {
    if (format === 'jwk') throw new TypeError(`${what}: the key data must be a JsonWebKey`);
    return copyBytes(value, what);
  }
  const jwk = toJsonWebKey(value);
  if (format !== 'jwk') throw new TypeError(`${what}: the key data must be bytes`);
  return jwk;
}

/** @param {{ name: string }} algorithm @param {any} key @param {string} usage */
function requireUse(algorithm, key, usage) {
  if (algorithm.name !== key.algorithm.name) throw invalidAccess(`the key is for ${key.algorithm.name}, not for ${algorithm.name}`);
  if (!key.usages.includes(usage)) throw invalidAccess(`the key does not have the usage '${usage}'`);
}

const bufferOf = (bytes) => (bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer);

/** @template T @param {T} made @returns {T} */
function requireUsages(made) {
  const { type, usages } = insideOf(/** @type {any} */ (made).privateKey ?? made);
  if (type !== 'public' && usages.length === 0) throw noUsages();
  return made;
}

async function importKey(format, data, algorithm, extractable, usages) {
  return requireUsages(await algorithms[algorithm.name].importKey(format, data, algorithm, extractable, usages));
}

/** @param {string} format @param {any} key @returns {any} bytes or a JWK */
function exportKey(format, key) {
  const { exportKey: method } = algorithms[key.algorithm.name];
  if (method === undefined) throw notSupported(`keys for ${key.algorithm.name} cannot be exported`);
  if (!key.extractable) throw invalidAccess('the key is not extractable');
  return method(format, key);
}

/** Wrapping is encrypting, unless the algorithm has an operation of its own for it. */
function normalizeWrap(algorithm, own, otherwise) {
  try {
    return normalize(algorithm, own);
  } catch {
    return normalize(algorithm, otherwise);
  }
}

function parseJwk(bytes) {
  let value;
  try {
    value = JSON.parse(utf8Decode(bytes, true, false));
  } catch {
    throw dataError('what was unwrapped is no JSON');
  }
  const jwk = toJsonWebKey(value);
  if (jwk.kty === undefined) throw dataError("what was unwrapped has no member 'kty'");
  return jwk;
}

export class SubtleCrypto {
  /** @param {symbol} [key] */
  constructor(key = undefined) {
    requireInternalKey(key);
  }

  /** The common beginning of all methods. */
  #begin(given, needed, name) {
    requireArguments(given, needed, `SubtleCrypto.${name}`);
  }

  async encrypt(algorithm, key, data) {
    this.#begin(arguments.length, 3, 'encrypt');
    return this.#crypt('encrypt', algorithm, key, data);
  }

  async decrypt(algorithm, key, data) {
    this.#begin(arguments.length, 3, 'decrypt');
    return this.#crypt('decrypt', algorithm, key, data);
  }

  async #crypt(operation, algorithm, key, data) {
    const inside = toKey(key, `SubtleCrypto.${operation}`);
    const parameters = normalize(algorithm, operation);
    const bytes = copyBytes(data, `SubtleCrypto.${operation}: the data`);
    requireUse(parameters, inside, operation);
    return bufferOf(await algorithms[parameters.name][operation](parameters, inside, bytes));
  }

  async sign(algorithm, key, data) {
    this.#begin(arguments.length, 3, 'sign');
    const inside = toKey(key, 'SubtleCrypto.sign');
    const parameters = normalize(algorithm, 'sign');
    const bytes = copyBytes(data, 'SubtleCrypto.sign: the data');
    requireUse(parameters, inside, 'sign');
    return bufferOf(await algorithms[parameters.name].sign(parameters, inside, bytes));
  }

  async verify(algorithm, key, signature, data) {
    this.#begin(arguments.length, 4, 'verify');
    const inside = toKey(key, 'SubtleCrypto.verify');
    const parameters = normalize(algorithm, 'verify');
    const given = copyBytes(signature, 'SubtleCrypto.verify: the signature');
    const bytes = copyBytes(data, 'SubtleCrypto.verify: the data');
    requireUse(parameters, inside, 'verify');
    return algorithms[parameters.name].verify(parameters, inside, given, bytes);
  }

  async digest(algorithm, data) {
    this.#begin(arguments.length, 2, 'digest');
    const { name } = normalize(algorithm, 'digest');
    return hashDigest(hashName(name), copyBytes(data, 'SubtleCrypto.digest: the data')).buffer;
  }

  async generateKey(algorithm, extractable, keyUsages) {
    this.#begin(arguments.length, 3, 'generateKey');
    const usages = toUsages(keyUsages, 'SubtleCrypto.generateKey');
    const parameters = normalize(algorithm, 'generateKey');
    return requireUsages(await algorithms[parameters.name].generateKey(parameters, Boolean(extractable), usages));
  }

  async deriveBits(algorithm, baseKey, length = null) {
    this.#begin(arguments.length, 2, 'deriveBits');
    const inside = toKey(baseKey, 'SubtleCrypto.deriveBits');
    const bits = length === null ? null : long(length, 'SubtleCrypto.deriveBits: the length');
    const parameters = normalize(algorithm, 'deriveBits');
    requireUse(parameters, inside, 'deriveBits');
    return bufferOf(await algorithms[parameters.name].deriveBits(parameters, inside, bits));
  }

  async deriveKey(algorithm, baseKey, derivedKeyType, extractable, keyUsages) {
    this.#begin(arguments.length, 5, 'deriveKey');
    const inside = toKey(baseKey, 'SubtleCrypto.deriveKey');
    const usages = toUsages(keyUsages, 'SubtleCrypto.deriveKey');
    const parameters = normalize(algorithm, 'deriveBits');
    const imported = normalize(derivedKeyType, 'importKey');
    const sized = normalize(derivedKeyType, 'get key length');
    requireUse(parameters, inside, 'deriveKey');
    const length = algorithms[sized.name].getKeyLength(sized);
    const secret = await algorithms[parameters.name].deriveBits(parameters, inside, length);
    return importKey('raw', secret, imported, Boolean(extractable), usages);
  }

  async importKey(format, keyData, algorithm, extractable, keyUsages) {
    this.#begin(arguments.length, 5, 'importKey');
    const kind = toFormat(format, 'SubtleCrypto.importKey');
    const usages = toUsages(keyUsages, 'SubtleCrypto.importKey');
    const data = toKeyData(kind, keyData, 'SubtleCrypto.importKey');
    const parameters = normalize(algorithm, 'importKey');
    return importKey(kind, data, parameters, Boolean(extractable), usages);
  }

  async exportKey(format, key) {
    this.#begin(arguments.length, 2, 'exportKey');
    const kind = toFormat(format, 'SubtleCrypto.exportKey');
    const exported = exportKey(kind, toKey(key, 'SubtleCrypto.exportKey'));
    return kind === 'jwk' ? exported : bufferOf(exported);
  }

  async wrapKey(format, key, wrappingKey, wrapAlgorithm) {
    this.#begin(arguments.length, 4, 'wrapKey');
    const kind = toFormat(format, 'SubtleCrypto.wrapKey');
    const [inside, wrapping] = [toKey(key, 'SubtleCrypto.wrapKey'), toKey(wrappingKey, 'SubtleCrypto.wrapKey')];
    const parameters = normalizeWrap(wrapAlgorithm, 'wrapKey', 'encrypt');
    requireUse(parameters, wrapping, 'wrapKey');
    const exported = exportKey(kind, inside);
    const bytes = kind === 'jwk' ? utf8Encode(JSON.stringify(exported)) : exported;
    const operation = supports(parameters.name, 'wrapKey') ? 'wrapKey' : 'encrypt';
    return bufferOf(await algorithms[parameters.name][operation](parameters, wrapping, bytes));
  }

  async unwrapKey(format, wrappedKey, unwrappingKey, unwrapAlgorithm, unwrappedKeyAlgorithm, extractable, keyUsages) {
    this.#begin(arguments.length, 7, 'unwrapKey');
    const kind = toFormat(format, 'SubtleCrypto.unwrapKey');
    const unwrapping = toKey(unwrappingKey, 'SubtleCrypto.unwrapKey');
    const usages = toUsages(keyUsages, 'SubtleCrypto.unwrapKey');
    const parameters = normalizeWrap(unwrapAlgorithm, 'unwrapKey', 'decrypt');
    const imported = normalize(unwrappedKeyAlgorithm, 'importKey');
    const wrapped = copyBytes(wrappedKey, 'SubtleCrypto.unwrapKey: the wrapped key');
    requireUse(parameters, unwrapping, 'unwrapKey');
    const operation = supports(parameters.name, 'unwrapKey') ? 'unwrapKey' : 'decrypt';
    const bytes = await algorithms[parameters.name][operation](parameters, unwrapping, wrapped);
    return importKey(kind, kind === 'jwk' ? parseJwk(bytes) : bytes, imported, Boolean(extractable), usages);
  }
}
defineInterface(SubtleCrypto, 'SubtleCrypto');
