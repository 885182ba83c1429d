/**
 * RSA. Padding and public keys are the sandbox's work, what a private key does is the host's: see `wit/crypto.wit`.
 */

import { hashDigest, rsaCheck, rsaPad, rsaPublic, rsaUnpad } from 'native:crypto';
import { NULL, Reader, SEQUENCE, INTEGER, extend, oid, readPkcs8, readSpki, same, strip, write, writeInteger, writePkcs8, writeSpki } from '../../internal/der.js';
import { Refused, randomBytes, work } from '../../internal/work.js';
import { reading } from './curves.js';
import { checkJwk, member, writeJwk } from './jwk.js';
import { checkUsages, dataError, makeKey, noUsages, notSupported, operationError, requireType } from './key.js';
import { hashName } from './symmetric.js';

const RSA_ENCRYPTION = oid('1.2.840.113549.1.1.1');
const IDENTIFIER = [RSA_ENCRYPTION, write(NULL)];
const NOTHING = new Uint8Array(0);

/** Numbers of a private key, in the order of `RSAPrivateKey` and by the names of JWK. */
const PRIVATE = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'];

/** @typedef {Record<string, Uint8Array>} Numbers without zeros in front; `der` is the whole of a private key */

/** @param {Uint8Array} bytes RSAPrivateKey @returns {Numbers} */
export function readRsaPrivate(bytes) {
  const outer = new Reader(bytes);
  const key = outer.enter(SEQUENCE);
  outer.end();
  if (key.integer().length !== 0) throw notSupported('an RSA key of more than two primes is not supported');
  const numbers = Object.fromEntries(PRIVATE.map((name) => [name, key.integer().slice()]));
  key.end();
  return valid({ ...numbers, der: bytes.slice() });
}

/** @param {Uint8Array} bytes RSAPublicKey @returns {Numbers} */
export function readRsaPublic(bytes) {
  const outer = new Reader(bytes);
  const key = outer.enter(SEQUENCE);
  outer.end();
  const numbers = { n: key.integer().slice(), e: key.integer().slice() };
  key.end();
  return valid(numbers);
}

function valid(numbers) {
  if (numbers.n.length === 0 || numbers.e.length === 0 || numbers.n[numbers.n.length - 1] % 2 === 0) throw dataError('the RSA key is not valid');
  return numbers;
}

function requireRsa({ identifier }) {
  if (!same(identifier, RSA_ENCRYPTION)) throw dataError('the key is not one of RSA');
}

/** @param {Uint8Array} bytes SubjectPublicKeyInfo */
export function readRsaSpki(bytes) {
  const spki = readSpki(bytes);
  requireRsa(spki);
  return readRsaPublic(spki.key);
}

/** @param {Uint8Array} bytes PrivateKeyInfo */
export function readRsaPkcs8(bytes) {
  const info = readPkcs8(bytes);
  requireRsa(info);
  return readRsaPrivate(info.key);
}

/** @param {any} jwk @returns {Numbers} */
export function readRsaJwk(jwk) {
  const number = (name) => strip(member(jwk, name));
  if (jwk.d === undefined) return valid({ n: number('n'), e: number('e') });
  if (jwk.oth !== undefined) throw notSupported('an RSA key of more than two primes is not supported');
  const numbers = Object.fromEntries(PRIVATE.map((name) => [name, number(name)]));
  const der = write(SEQUENCE, write(INTEGER, new Uint8Array(1)), ...PRIVATE.map((name) => writeInteger(numbers[name])));
  return valid({ ...numbers, der });
}

export const writeRsaPublic = ({ n, e }) => write(SEQUENCE, writeInteger(n), writeInteger(e));
export const writeRsaSpki = (numbers) => writeSpki(IDENTIFIER, writeRsaPublic(numbers));
export const writeRsaPkcs8 = ({ der }) => writePkcs8(IDENTIFIER, der);

/** Members of a JWK. @param {Numbers} numbers @param {boolean} isPrivate */
export function rsaMembers(numbers, isPrivate) {
  const names = isPrivate ? PRIVATE : ['n', 'e'];
  return { kty: 'RSA', ...Object.fromEntries(names.map((name) => [name, numbers[name]])) };
}

/** Bits of the modulus. @param {Numbers} numbers */
export const bitsOf = ({ n }) => n.length * 8 - Math.clz32(n[0]) + 24;

/** Parameters of a new key for the host; throws an OperationError for an exponent that it cannot have. */
function generation(modulusLength, publicExponent) {
  const exponent = strip(publicExponent).reduce((number, byte) => number * 256 + byte, 0);
  if (exponent < 3 || exponent % 2 === 0 || exponent > 0xffff_ffff) throw operationError("RSA: 'publicExponent' must be odd, from 3 to 4294967295");
  return { bits: modulusLength, exponent };
}

/** Waits for the host; what it refuses is an OperationError. @param {string} kind @param {object} parameters */
async function host(kind, parameters) {
  try {
    return await work(kind, parameters);
  } catch (error) {
    throw error instanceof Refused ? operationError(error.message) : error;
  }
}

/** The block to the power of the private exponent. */
const privately = (key, block) => host('rsa', { key: key.material.der, block });

/** The block to the power of the public exponent; undefined for one that is no number below the modulus. */
export function publicly({ n, e }, block) {
  return block.length === n.length ? rsaPublic(n, e, block) : undefined;
}

/** Hash, mask's hash and bits, as the paddings take them. */
const schemeOf = (key) => {
  const hash = hashName(key.algorithm.hash.name);
  return [hash, hash, key.algorithm.modulusLength];
};

const digestOf = (key, data) => hashDigest(hashName(key.algorithm.hash.name), data);
const JWS = { 'RSASSA-PKCS1-v1_5': 'RS', 'RSA-PSS': 'PS' };

/** JWS's and JWE's name of an algorithm with its hash. */
function algOf(name, hash) {
  const bits = hash.slice(4);
  if (name === 'RSA-OAEP') return bits === '1' ? name : `${name}-${bits}`;
  return `${JWS[name]}${bits}`;
}

function rsa(name, [forPrivate, forPublic]) {
  return {
    async generateKey({ modulusLength, publicExponent, hash }, extractable, usages) {
      checkUsages(usages, [...forPrivate, ...forPublic]);
      const parameters = generation(modulusLength, publicExponent);
      const forPrivateKey = usages.filter((usage) => forPrivate.includes(usage));
      // What makes one for nothing takes long before it fails.
      if (forPrivateKey.length === 0) throw noUsages();
      const made = readRsaPrivate(await host('rsa-generate', parameters));
      const algorithm = { name, modulusLength, publicExponent, hash: { name: hash.name } };
      const forPublicKey = usages.filter((usage) => forPublic.includes(usage));
      return {
        publicKey: makeKey('public', true, algorithm, forPublicKey, { n: made.n, e: made.e }),
        privateKey: makeKey('private', extractable, algorithm, forPrivateKey, made),
      };
    },
    importKey(format, data, { hash }, extractable, usages) {
      const isPrivate = format === 'pkcs8' || (format === 'jwk' && data.d !== undefined);
      if (format === 'raw') throw notSupported("an RSA key cannot be imported as 'raw'");
      checkUsages(usages, isPrivate ? forPrivate : forPublic);
      const numbers = reading(() => {
        if (format === 'spki') return readRsaSpki(data);
        if (format === 'pkcs8') return readRsaPkcs8(data);
        checkJwk(data, 'RSA', extractable, usages, name === 'RSA-OAEP' ? 'enc' : 'sig');
        if (data.alg !== undefined && data.alg !== algOf(name, hash.name)) throw dataError("the member 'alg' of the key does not fit");
        return readRsaJwk(data);
      });
      const algorithm = { name, modulusLength: bitsOf(numbers), publicExponent: numbers.e, hash: { name: hash.name } };
      return makeKey(isPrivate ? 'private' : 'public', extractable, algorithm, usages, numbers);
    },
    exportKey(format, key) {
      if (format === 'raw') throw notSupported("an RSA key cannot be exported as 'raw'");
      const isPrivate = key.type === 'private';
      if (format === 'jwk') {
        return writeJwk(key, { ...rsaMembers(key.material, isPrivate), alg: algOf(name, key.algorithm.hash.name) });
      }
      requireType(key, format === 'pkcs8' ? 'private' : 'public');
      return isPrivate ? writeRsaPkcs8(key.material) : writeRsaSpki(key.material);
    },
  };
}

/** A padded block, or an OperationError. */
function padded(kind, key, message, extra = NOTHING, label = NOTHING) {
  const block = rsaPad(kind, schemeOf(key), message, extra, label);
  if (block === undefined) throw operationError(`${key.algorithm.name}: the message or the salt is too long for the key`);
  return block;
}

function verify(kind, key, signature, data, salt) {
  requireType(key, 'public');
  const block = publicly(key.material, signature);
  return block !== undefined && rsaCheck(kind, schemeOf(key), digestOf(key, data), block, salt);
}

const DIGEST = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 };
const MAX_SALT = 0x7fff_ffff;

export const rsaAlgorithms = {
  'RSASSA-PKCS1-v1_5': {
    ...rsa('RSASSA-PKCS1-v1_5', [['sign'], ['verify']]),
    async sign(_, key, data) {
      requireType(key, 'private');
      return privately(key, padded('sign', key, digestOf(key, data)));
    },
    verify: (_, key, signature, data) => verify('sign', key, signature, data, 0),
  },
  'RSA-PSS': {
    ...rsa('RSA-PSS', [['sign'], ['verify']]),
    async sign({ saltLength }, key, data) {
      requireType(key, 'private');
      if (saltLength > key.material.n.length) throw operationError('RSA-PSS: the salt is too long for the key');
      return privately(key, padded('pss', key, digestOf(key, data), randomBytes(saltLength)));
    },
    verify: ({ saltLength }, key, signature, data) => verify('pss', key, signature, data, Math.min(saltLength, MAX_SALT)),
  },
  'RSA-OAEP': {
    ...rsa('RSA-OAEP', [['decrypt', 'unwrapKey'], ['encrypt', 'wrapKey']]),
    encrypt({ label }, key, data) {
      requireType(key, 'public');
      const block = padded('oaep', key, data, randomBytes(DIGEST[key.algorithm.hash.name]), label);
      return extend(publicly(key.material, extend(block, key.material.n.length)), key.material.n.length);
    },
    async decrypt({ label = NOTHING }, key, data) {
      requireType(key, 'private');
      const block = await privately(key, data);
      const message = rsaUnpad('oaep', schemeOf(key), block, label);
      if (message === undefined) throw operationError('the operation failed');
      return message;
    },
  },
};
