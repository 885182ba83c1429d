/** Secret keys: AES in its modes, and HMAC. */

import { aesCbc, aesCtr, aesGcm, aesKw, aesPad, aesUnpad, equal, hmac } from 'native:crypto';
import { randomBytes } from '../../internal/work.js';
import { checkJwk, member, writeJwk } from './jwk.js';
import { checkUsages, dataError, makeKey, notSupported, operationError } from './key.js';

/** Bytes of a secret key from what is imported. @param {boolean} isHmac */
function importSecret(format, data, extractable, usages, isHmac) {
  if (format === 'raw') return data;
  if (format !== 'jwk') throw notSupported(`a secret key cannot be imported as '${format}'`);
  if (data.kty !== 'oct') throw dataError("the member 'kty' of the key must be 'oct'");
  const bytes = member(data, 'k');
  checkJwk(data, 'oct', extractable, usages, isHmac ? 'sig' : 'enc');
  return bytes;
}

function exportSecret(format, key, alg) {
  if (format === 'raw') return key.material.slice();
  if (format !== 'jwk') throw notSupported(`a secret key cannot be exported as '${format}'`);
  return writeJwk(key, { kty: 'oct', k: key.material, alg });
}

const AES_BITS = [128, 192, 256];

/** The value or an OperationError. @template T @param {T | undefined} value @returns {T} */
function done(value) {
  if (value === undefined) throw operationError('the operation failed');
  return value;
}

function requireLength(bytes, length, what) {
  if (bytes.length !== length) throw operationError(`${what} must have ${length} bytes, but has ${bytes.length}`);
}

const MODES = {
  'AES-CBC': {
    encrypt({ iv }, key, data) {
      requireLength(iv, 16, "AES-CBC: 'iv'");
      return done(aesCbc(true, key, iv, aesPad(data)));
    },
    decrypt({ iv }, key, data) {
      requireLength(iv, 16, "AES-CBC: 'iv'");
      return done(aesUnpad(done(aesCbc(false, key, iv, data))));
    },
  },
  'AES-CTR': {
    encrypt({ counter, length }, key, data) {
      requireLength(counter, 16, "AES-CTR: 'counter'");
      if (length === 0 || length > 128) throw operationError("AES-CTR: 'length' must be from 1 to 128");
      return done(aesCtr(key, counter, length, data));
    },
    decrypt(...args) {
      return MODES['AES-CTR'].encrypt(...args);
    },
  },
  'AES-GCM': {
    encrypt: (parameters, key, data) => gcm(true, parameters, key, data),
    decrypt: (parameters, key, data) => gcm(false, parameters, key, data),
  },
  'AES-KW': {
    wrapKey: (_, key, data) => done(aesKw(true, key, data)),
    unwrapKey: (_, key, data) => done(aesKw(false, key, data)),
  },
};

const TAGS = [32, 64, 96, 104, 112, 120, 128];
const NOTHING = new Uint8Array(0);

function gcm(encrypt, { iv, additionalData = NOTHING, tagLength = 128 }, key, data) {
  if (!TAGS.includes(tagLength)) throw operationError(`AES-GCM: 'tagLength' must be one of ${TAGS.join(', ')}`);
  if (iv.length === 0) throw operationError("AES-GCM: 'iv' is empty");
  return done(aesGcm(encrypt, key, iv, additionalData, tagLength / 8, data));
}

/** @param {string} name */
function aes(name) {
  const allowed = name === 'AES-KW' ? ['wrapKey', 'unwrapKey'] : ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
  const mode = MODES[name];
  const operations = Object.fromEntries(Object.keys(mode).map((operation) => [
    operation, (parameters, key, data) => mode[operation](parameters, key.material, data),
  ]));
  return {
    ...operations,
    generateKey({ length }, extractable, usages) {
      checkUsages(usages, allowed);
      if (!AES_BITS.includes(length)) throw operationError(`${name}: 'length' must be 128, 192 or 256`);
      return makeKey('secret', extractable, { name, length }, usages, randomBytes(length / 8));
    },
    importKey(format, data, _, extractable, usages) {
      checkUsages(usages, allowed);
      const bytes = importSecret(format, data, extractable, usages, false);
      const length = bytes.length * 8;
      if (!AES_BITS.includes(length)) throw dataError(`${name}: a key must have 128, 192 or 256 bits`);
      if (format === 'jwk' && data.alg !== undefined && data.alg !== `A${length}${name.slice(4)}`) {
        throw dataError("the member 'alg' of the key does not fit");
      }
      return makeKey('secret', extractable, { name, length }, usages, bytes);
    },
    exportKey: (format, key) => exportSecret(format, key, `A${key.algorithm.length}${name.slice(4)}`),
    getKeyLength({ length }) {
      if (!AES_BITS.includes(length)) throw operationError(`${name}: 'length' must be 128, 192 or 256`);
      return length;
    },
  };
}

const BLOCKS = { 'SHA-1': 512, 'SHA-256': 512, 'SHA-384': 1024, 'SHA-512': 1024 };
/** The name of a hash in the Rust half. @param {string} name */
export const hashName = (name) => `sha${name.slice(4)}`;

const HMAC = {
  generateKey({ hash, length = BLOCKS[hash.name] }, extractable, usages) {
    checkUsages(usages, ['sign', 'verify']);
    if (length === 0) throw operationError("HMAC: 'length' must not be 0");
    if (length > MAX_HMAC_BITS) throw operationError(`HMAC: 'length' must be at most ${MAX_HMAC_BITS}`);
    return makeHmac(cut(randomBytes(Math.ceil(length / 8)), length), length, hash, extractable, usages);
  },
  importKey(format, data, { hash, length }, extractable, usages) {
    checkUsages(usages, ['sign', 'verify']);
    const bytes = importSecret(format, data, extractable, usages, true);
    if (format === 'jwk' && data.alg !== undefined && data.alg !== `HS${hash.name.slice(4)}`) {
      throw dataError("the member 'alg' of the key does not fit");
    }
    let bits = bytes.length * 8;
    if (bits === 0) throw dataError('HMAC: the key is empty');
    if (length !== undefined) {
      if (length > bits || length <= bits - 8) throw dataError(`HMAC: the key has ${bits} bits, but 'length' is ${length}`);
      bits = length;
    }
    return makeHmac(cut(bytes, bits), bits, hash, extractable, usages);
  },
  exportKey: (format, key) => exportSecret(format, key, `HS${key.algorithm.hash.name.slice(4)}`),
  sign: (_, key, data) => hmac(hashName(key.algorithm.hash.name), key.material, data),
  verify: (_, key, signature, data) => equal(hmac(hashName(key.algorithm.hash.name), key.material, data), signature),
  getKeyLength({ hash, length = BLOCKS[hash.name] }) {
    if (length === 0) throw new TypeError("HMAC: 'length' must not be 0");
    return length;
  },
};

/** No use is known for longer ones; a number with as many bits as memory could be asked for otherwise. */
const MAX_HMAC_BITS = 1 << 20;

function makeHmac(bytes, length, { name }, extractable, usages) {
  return makeKey('secret', extractable, { name: 'HMAC', length, hash: { name } }, usages, bytes);
}

/** The bits beyond a length that is not a multiple of 8 are zero. @param {Uint8Array} bytes @param {number} bits */
export function cut(bytes, bits) {
  const kept = bytes.slice(0, Math.ceil(bits / 8));
  if (bits % 8 !== 0) kept[kept.length - 1] &= 0xff << (8 - bits % 8);
  return kept;
}

export const symmetric = {
  'AES-CBC': aes('AES-CBC'),
  'AES-CTR': aes('AES-CTR'),
  'AES-GCM': aes('AES-GCM'),
  'AES-KW': aes('AES-KW'),
  HMAC,
};
