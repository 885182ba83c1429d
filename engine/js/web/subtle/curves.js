/** Elliptic curves: ECDSA and ECDH on the curves of NIST, Ed25519, X25519. */

import {
  ecPoint, ecPublic, ecShared, ecSign, ecVerify, edPublic, edSign, edVerify, hashDigest, xPublic, xShared,
} from 'native:crypto';
import {
  INTEGER, Malformed, OCTET_STRING, OID, Reader, SEQUENCE, context, extend, oid, readPkcs8, readSpki, same, write, writeBits,
  writePkcs8, writeSpki, concat,
} from '../../internal/der.js';
import { randomBytes } from '../../internal/work.js';
import { checkJwk, member, writeJwk } from './jwk.js';
import { checkUsages, dataError, insideOf, invalidAccess, makeKey, notSupported, operationError, requireType } from './key.js';
import { cut, hashName } from './symmetric.js';

/** By name: the identifier, the size of a field element, and JWS's algorithm. */
export const CURVES = {
  'P-256': { id: oid('1.2.840.10045.3.1.7'), size: 32, alg: 'ES256' },
  'P-384': { id: oid('1.3.132.0.34'), size: 48, alg: 'ES384' },
  'P-521': { id: oid('1.3.132.0.35'), size: 66, alg: 'ES512' },
};
export const EC_PUBLIC_KEY = oid('1.2.840.10045.2.1');
const ONE = write(INTEGER, Uint8Array.of(1));

/** Runs a reader; what is no DER is a DataError. @template T @param {() => T} read @returns {T} */
export function reading(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) throw dataError('the key is not encoded as it should be');
    throw error;
  }
}

/** The public point of what was read, uncompressed. */
function validPoint(curve, bytes) {
  const point = ecPoint(curve, bytes, false);
  if (point === undefined) throw dataError(`the key is no point of the curve ${curve}`);
  return point;
}

/** Both halves, from the private one. */
function pair(curve, privateKey, publicKey = undefined) {
  const { size } = CURVES[curve];
  const point = privateKey.length === size ? ecPublic(curve, privateKey) : undefined;
  if (point === undefined) throw dataError(`the key is no private key of the curve ${curve}`);
  if (publicKey !== undefined && !same(point, validPoint(curve, publicKey))) throw dataError('the two halves of the key do not fit');
  return { privateKey, publicKey: point };
}

/** Which curve an encoded key is on. */
function curveOf({ algorithm, identifier }) {
  if (!same(identifier, EC_PUBLIC_KEY)) throw dataError('the key is not one of an elliptic curve');
  if (algorithm.next !== OID) throw dataError('the curve of the key has no name');
  const id = write(OID, algorithm.read(OID));
  algorithm.end();
  return Object.keys(CURVES).find((name) => same(CURVES[name].id, id));
}

/** @param {Uint8Array} bytes SubjectPublicKeyInfo @returns {[string, Uint8Array]} the curve and the point */
export function readEcSpki(bytes) {
  const spki = readSpki(bytes);
  const curve = curveOf(spki);
  if (curve === undefined) throw dataError('the curve of the key is not supported');
  return [curve, validPoint(curve, spki.key)];
}

/** @param {Uint8Array} bytes PrivateKeyInfo */
export function readEcPkcs8(bytes) {
  const info = readPkcs8(bytes);
  const curve = curveOf(info);
  if (curve === undefined) throw dataError('the curve of the key is not supported');
  return [curve, readEcPrivate(curve, info.key)];
}

/** @param {string | undefined} curve the one that the key must be on @param {Uint8Array} bytes ECPrivateKey (RFC 5915) */
export function readEcPrivate(curve, bytes) {
  const outer = new Reader(bytes);
  const key = outer.enter(SEQUENCE);
  outer.end();
  if (!same(key.integer(), Uint8Array.of(1))) throw new Malformed();
  const scalar = key.read(OCTET_STRING);
  let on = curve;
  if (key.next === context(0)) {
    const named = key.read(context(0));
    const found = Object.keys(CURVES).find((name) => same(CURVES[name].id, named));
    if (found === undefined || (curve !== undefined && found !== curve)) throw dataError('the key is on another curve');
    on = found;
  }
  if (on === undefined) throw dataError('the key does not say on which curve it is');
  const publicKey = key.next === context(1) ? key.enter(context(1)).bits() : undefined;
  key.end();
  return { curve: on, ...pair(on, scalar.slice(), publicKey) };
}

/** ECPrivateKey. */
export function writeEcPrivate(curve, { privateKey, publicKey }, withCurve = false) {
  const named = withCurve ? [write(context(0), CURVES[curve].id)] : [];
  return write(SEQUENCE, ONE, write(OCTET_STRING, privateKey), ...named, write(context(1), writeBits(publicKey)));
}

export const writeEcSpki = (curve, { publicKey }) => writeSpki([EC_PUBLIC_KEY, CURVES[curve].id], publicKey);
export const writeEcPkcs8 = (curve, halves) => writePkcs8([EC_PUBLIC_KEY, CURVES[curve].id], writeEcPrivate(curve, halves));

/** The two halves of a key on a curve. @returns {{ privateKey?: Uint8Array, publicKey: Uint8Array }} */
export function readEcJwk(curve, jwk) {
  const { size } = CURVES[curve];
  const [x, y] = [member(jwk, 'x'), member(jwk, 'y')];
  if (x.length !== size || y.length !== size) throw dataError('a coordinate of the key has the wrong length');
  const point = validPoint(curve, concat(Uint8Array.of(4), x, y));
  return jwk.d === undefined ? { publicKey: point } : pair(curve, member(jwk, 'd'), point);
}

/** @param {string} curve */
export function generateEc(curve) {
  // A scalar that is too large is rare, and very rare on P-521 when the surplus bits are zero.
  for (;;) {
    const privateKey = randomBytes(CURVES[curve].size);
    if (curve === 'P-521') privateKey[0] &= 1;
    const publicKey = ecPublic(curve, privateKey);
    if (publicKey !== undefined) return { privateKey, publicKey };
  }
}

/** Members of a JWK. */
export function ecMembers(curve, { privateKey, publicKey }) {
  const { size } = CURVES[curve];
  return { kty: 'EC', crv: curve, x: publicKey.subarray(1, 1 + size), y: publicKey.subarray(1 + size), d: privateKey };
}

/** The usages that may be asked for, of a private and of a public key. */
const SIGNING = [['sign'], ['verify']];
const DERIVING = [['deriveKey', 'deriveBits'], []];

/** A pair of keys that share their material. */
function makePair(algorithm, extractable, usages, [forPrivate, forPublic], halves) {
  checkUsages(usages, [...forPrivate, ...forPublic]);
  const made = halves();
  const only = (allowed) => usages.filter((usage) => allowed.includes(usage));
  const privateKey = makeKey('private', extractable, algorithm, only(forPrivate), made);
  const publicKey = makeKey('public', true, algorithm, only(forPublic), { publicKey: made.publicKey });
  return { publicKey, privateKey };
}

/** Which of the two a key to be imported is, its usages checked. */
function importType(format, data, usages, [forPrivate, forPublic]) {
  const isPrivate = format === 'pkcs8' || (format === 'jwk' && data.d !== undefined);
  checkUsages(usages, isPrivate ? forPrivate : forPublic);
  return isPrivate ? 'private' : 'public';
}

function ec(name, usagesOf) {
  return {
    generateKey({ namedCurve }, extractable, usages) {
      checkUsages(usages, usagesOf.flat());
      requireCurve(namedCurve);
      return makePair({ name, namedCurve }, extractable, usages, usagesOf, () => generateEc(namedCurve));
    },
    importKey(format, data, { namedCurve }, extractable, usages) {
      requireCurve(namedCurve);
      const type = importType(format, data, usages, usagesOf);
      const halves = reading(() => importEc(format, data, namedCurve, extractable, usages, name));
      return makeKey(type, extractable, { name, namedCurve }, usages, halves);
    },
    exportKey(format, key) {
      const { algorithm: { namedCurve }, material } = key;
      if (format === 'jwk') {
        const { d, ...members } = ecMembers(namedCurve, material);
        return writeJwk(key, { ...members, d: key.type === 'private' ? d : undefined });
      }
      if (format === 'pkcs8') {
        requireType(key, 'private');
        return writeEcPkcs8(namedCurve, material);
      }
      requireType(key, 'public');
      return format === 'raw' ? material.publicKey.slice() : writeEcSpki(namedCurve, material);
    },
  };
}

function requireCurve(name) {
  if (!Object.hasOwn(CURVES, name)) throw notSupported(`the curve '${name}' is not supported`);
}

function importEc(format, data, curve, extractable, usages, name) {
  switch (format) {
    case 'raw':
      return { publicKey: validPoint(curve, data) };
    case 'spki': {
      const [on, publicKey] = readEcSpki(data);
      if (on !== curve) throw dataError(`the key is on the curve ${on}`);
      return { publicKey };
    }
    case 'pkcs8': {
      const [on, halves] = readEcPkcs8(data);
      if (on !== curve) throw dataError(`the key is on the curve ${on}`);
      return halves;
    }
    default: {
      checkJwk(data, 'EC', extractable, usages, name === 'ECDSA' ? 'sig' : 'enc');
      if (data.crv !== curve) throw dataError(`the member 'crv' of the key must be '${curve}'`);
      if (name === 'ECDSA' && data.alg !== undefined && data.alg !== CURVES[curve].alg) {
        throw dataError("the member 'alg' of the key does not fit");
      }
      return readEcJwk(curve, data);
    }
  }
}

const ECDSA = {
  ...ec('ECDSA', SIGNING),
  sign({ hash }, key, data) {
    requireType(key, 'private');
    const signature = ecSign(key.algorithm.namedCurve, key.material.privateKey, hashDigest(hashName(hash.name), data));
    if (signature === undefined) throw operationError('the operation failed');
    return signature;
  },
  verify({ hash }, key, signature, data) {
    requireType(key, 'public');
    return ecVerify(key.algorithm.namedCurve, key.material.publicKey, hashDigest(hashName(hash.name), data), signature);
  },
};

/** Checks the other's key and shares a secret with it. */
function agree(parameters, key, length, shared) {
  const other = insideOf(parameters.public);
  requireType(key, 'private');
  requireType(other, 'public');
  if (other.algorithm.name !== key.algorithm.name) throw invalidAccess('the public key is of another algorithm');
  if (other.algorithm.namedCurve !== key.algorithm.namedCurve) throw invalidAccess('the public key is on another curve');
  const secret = shared(key.material.privateKey, other.material.publicKey);
  if (secret === undefined) throw operationError('the two keys share no secret');
  if (length === null) return secret;
  if (length > secret.length * 8) throw operationError(`${key.algorithm.name}: at most ${secret.length * 8} bits can be derived`);
  return cut(secret, length);
}

const ECDH = {
  ...ec('ECDH', DERIVING),
  deriveBits: (parameters, key, length) =>
    agree(parameters, key, length, (mine, theirs) => ecShared(key.algorithm.namedCurve, mine, theirs)),
};

/** Ed25519 and X25519: 32 bytes either way, without parameters. */
export const OKP = {
  Ed25519: { id: oid('1.3.101.112'), publicOf: edPublic },
  X25519: { id: oid('1.3.101.110'), publicOf: xPublic },
};
const OKP_SIZE = 32;

function okpPair(name, privateKey, publicKey = undefined) {
  const derived = privateKey.length === OKP_SIZE ? OKP[name].publicOf(privateKey) : undefined;
  if (derived === undefined) throw dataError(`a private key of ${name} has ${OKP_SIZE} bytes`);
  if (publicKey !== undefined && !same(derived, publicKey)) throw dataError('the two halves of the key do not fit');
  return { privateKey, publicKey: derived };
}

function okpPublic(name, publicKey) {
  if (publicKey.length !== OKP_SIZE) throw dataError(`a public key of ${name} has ${OKP_SIZE} bytes`);
  return { publicKey };
}

/** @param {string} name @param {{ algorithm: Reader, identifier: Uint8Array }} encoded */
function requireOkp(name, { algorithm, identifier }) {
  if (!same(identifier, OKP[name].id)) throw dataError(`the key is not one of ${name}`);
  algorithm.end();
}

/** @param {string} name @param {Uint8Array} bytes SubjectPublicKeyInfo */
export function readOkpSpki(name, bytes) {
  const spki = readSpki(bytes);
  requireOkp(name, spki);
  return okpPublic(name, spki.key.slice());
}

/** @param {string} name @param {Uint8Array} bytes PrivateKeyInfo */
export function readOkpPkcs8(name, bytes) {
  const info = readPkcs8(bytes);
  requireOkp(name, info);
  const inner = new Reader(info.key);
  const privateKey = inner.read(OCTET_STRING);
  inner.end();
  return okpPair(name, privateKey.slice());
}

export const writeOkpSpki = (name, { publicKey }) => writeSpki([OKP[name].id], publicKey);
export const writeOkpPkcs8 = (name, { privateKey }) => writePkcs8([OKP[name].id], write(OCTET_STRING, privateKey));
export const readOkpJwk = (name, jwk) => (jwk.d === undefined
  ? okpPublic(name, member(jwk, 'x'))
  : okpPair(name, member(jwk, 'd'), member(jwk, 'x')));

/** @param {string} name */
export function generateOkp(name) {
  return okpPair(name, randomBytes(OKP_SIZE));
}

function importOkp(format, data, name, extractable, usages) {
  if (format === 'raw') return okpPublic(name, data);
  if (format === 'spki') return readOkpSpki(name, data);
  if (format === 'pkcs8') return readOkpPkcs8(name, data);
  checkJwk(data, 'OKP', extractable, usages, name === 'Ed25519' ? 'sig' : 'enc');
  if (data.crv !== name) throw dataError(`the member 'crv' of the key must be '${name}'`);
  if (name === 'Ed25519' && data.alg !== undefined && data.alg !== name && data.alg !== 'EdDSA') {
    throw dataError("the member 'alg' of the key does not fit");
  }
  return readOkpJwk(name, data);
}

function okp(name, usagesOf) {
  return {
    generateKey: (_, extractable, usages) => makePair({ name }, extractable, usages, usagesOf, () => generateOkp(name)),
    importKey(format, data, _, extractable, usages) {
      const type = importType(format, data, usages, usagesOf);
      return makeKey(type, extractable, { name }, usages, reading(() => importOkp(format, data, name, extractable, usages)));
    },
    exportKey(format, key) {
      const { material, type } = key;
      if (format === 'jwk') {
        const d = type === 'private' ? material.privateKey : undefined;
        return writeJwk(key, { kty: 'OKP', crv: name, x: material.publicKey, d, alg: name === 'Ed25519' ? name : undefined });
      }
      requireType(key, format === 'pkcs8' ? 'private' : 'public');
      if (format === 'pkcs8') return writeOkpPkcs8(name, material);
      return format === 'raw' ? material.publicKey.slice() : writeOkpSpki(name, material);
    },
  };
}

const Ed25519 = {
  ...okp('Ed25519', SIGNING),
  sign(_, key, data) {
    requireType(key, 'private');
    return edSign(key.material.privateKey, data);
  },
  verify(_, key, signature, data) {
    requireType(key, 'public');
    return edVerify(key.material.publicKey, data, signature);
  },
};

const X25519 = {
  ...okp('X25519', DERIVING),
  deriveBits: (parameters, key, length) => agree(parameters, key, length, xShared),
};

export const curves = { ECDSA, ECDH, Ed25519, X25519 };

/** Left-pads a number of a signature. @param {Uint8Array} number @param {string} curve */
export const fieldElement = (number, curve) => extend(number, CURVES[curve].size);
