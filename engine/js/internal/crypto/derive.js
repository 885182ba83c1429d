/** `pbkdf2`, `scrypt` and `hkdf` of `node:crypto`. The first two are the host's work. */

import { hkdf as expand } from 'native:crypto';
import { Refused, work, workNow } from '../work.js';
import { checkCallback, checkInteger, invalidType, later, nodeError, outOfRange, settle, toBuffer, toBytes } from './bytes.js';
import { requireHash } from './hash.js';

const MAX_INT = 2 ** 31 - 1;

/** What the host refuses as an error of Node. */
function refused(error) {
  return error instanceof Refused ? nodeError(RangeError, 'ERR_CRYPTO_OPERATION_FAILED', error.message) : error;
}

const now = (kind, parameters) => {
  try {
    return toBuffer(workNow(kind, parameters));
  } catch (error) {
    throw refused(error);
  }
};

const whenDone = (kind, parameters, callback) => settle(work(kind, parameters).then(toBuffer, (error) => {
  throw refused(error);
}), callback);

function pbkdf2Parameters(password, salt, iterations, length, digest) {
  if (digest === undefined || digest === null) throw invalidType('digest', 'of type string', digest);
  return {
    hash: requireHash(digest, 'digest'),
    password: toBytes(password, 'password').slice(),
    salt: toBytes(salt, 'salt').slice(),
    iterations: checkInteger(iterations, 'iterations', 1, MAX_INT),
    length: checkInteger(length, 'keylen', 0, MAX_INT),
  };
}

export function pbkdf2Sync(...args) {
  const parameters = pbkdf2Parameters(...args);
  return parameters.length === 0 ? toBuffer(new Uint8Array(0)) : now('pbkdf2', parameters);
}

export function pbkdf2(password, salt, iterations, length, digest, callback) {
  const parameters = pbkdf2Parameters(password, salt, iterations, length, typeof digest === 'function' ? undefined : digest);
  checkCallback(callback);
  if (length === 0) later(callback, () => toBuffer(new Uint8Array(0)));
  else whenDone('pbkdf2', parameters, callback);
}

const MAX_MEMORY = 32 * 1024 * 1024;

function scryptParameters(password, salt, length, options = {}) {
  const pick = (long, short, usual) => {
    if (options[long] !== undefined && options[short] !== undefined) {
      throw nodeError(TypeError, 'ERR_INCOMPATIBLE_OPTION_PAIR', `Option "${short}" cannot be used in combination with option "${long}"`);
    }
    return checkInteger(options[long] ?? options[short] ?? usual, long, 0, 2 ** 32 - 1) || usual;
  };
  const cost = pick('cost', 'N', 16384);
  const blockSize = pick('blockSize', 'r', 8);
  const parallelization = pick('parallelization', 'p', 1);
  const memory = options.maxmem ?? MAX_MEMORY;
  const logCost = Math.log2(cost);
  if (!Number.isInteger(logCost) || cost < 2 || 128 * cost * blockSize > memory) {
    throw nodeError(RangeError, 'ERR_CRYPTO_INVALID_SCRYPT_PARAMS', cost < 2 || !Number.isInteger(logCost)
      ? 'Invalid scrypt params: the cost must be a power of two greater than one' : 'Invalid scrypt params: memory limit exceeded');
  }
  return {
    password: toBytes(password, 'password').slice(),
    salt: toBytes(salt, 'salt').slice(),
    length: checkInteger(length, 'keylen', 0, MAX_INT),
    logCost, blockSize, parallelization,
  };
}

export function scryptSync(password, salt, length, options = undefined) {
  const parameters = scryptParameters(password, salt, length, options);
  return length === 0 ? toBuffer(new Uint8Array(0)) : now('scrypt', parameters);
}

export function scrypt(password, salt, length, ...rest) {
  const callback = rest.pop();
  const parameters = scryptParameters(password, salt, length, rest[0]);
  checkCallback(callback);
  if (length === 0) later(callback, () => toBuffer(new Uint8Array(0)));
  else whenDone('scrypt', parameters, callback);
}

/** @param {(key: any) => Uint8Array} secretOf */
export function hkdfWith(secretOf) {
  const derive = (digest, key, salt, info, length) => {
    const name = requireHash(digest, 'digest');
    const [secret, saltBytes, infoBytes] = [secretOf(key), toBytes(salt, 'salt'), toBytes(info, 'info')];
    checkInteger(length, 'length', 0, MAX_INT);
    if (infoBytes.length > 1024) throw outOfRange('info', '<= 1024 bytes', infoBytes.length);
    const bytes = expand(name, secret, saltBytes, infoBytes, length);
    if (bytes === undefined) throw nodeError(RangeError, 'ERR_CRYPTO_INVALID_KEYLEN', 'Invalid key length');
    return bytes.buffer;
  };
  return {
    hkdfSync: derive,
    hkdf(digest, key, salt, info, length, callback) {
      checkCallback(callback);
      const bytes = derive(digest, key, salt, info, length);
      later(callback, () => bytes);
    },
  };
}
