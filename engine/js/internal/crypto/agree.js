/** Agreement on secrets: `createECDH` and `diffieHellman`. */

import { ecPoint, ecPublic, ecShared, xShared } from 'native:crypto';
import { extend } from '../der.js';
import { CURVES, generateEc } from '../../web/subtle/curves.js';
import { invalidType, nodeError, output, toBuffer, toBytes } from './bytes.js';
import { callable } from './hash.js';
import { curveOf, isKeyObject, keyOf } from './keys.js';

const invalidPublic = () => nodeError(Error, 'ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY', 'Public key is not valid for specified curve');

/** A point in the form asked for. */
function pointAs(curve, point, format = 'uncompressed') {
  if (format !== 'uncompressed' && format !== 'compressed') throw nodeError(TypeError, 'ERR_CRYPTO_ECDH_INVALID_FORMAT', `Invalid ECDH format: ${format}`);
  const converted = ecPoint(curve, point, format === 'compressed');
  if (converted === undefined) throw invalidPublic();
  return converted;
}

class EcdhState {
  #curve;
  #privateKey;
  #publicKey;

  constructor(name) {
    if (typeof name !== 'string') throw invalidType('curve', 'of type string', name);
    this.#curve = curveOf(name);
  }

  generateKeys(encoding = undefined, format = undefined) {
    ({ privateKey: this.#privateKey, publicKey: this.#publicKey } = generateEc(this.#curve));
    return this.getPublicKey(encoding, format);
  }

  computeSecret(other, inputEncoding = undefined, outputEncoding = undefined) {
    if (this.#privateKey === undefined) throw nodeError(Error, 'ERR_CRYPTO_INVALID_KEYPAIR', 'Invalid key pair');
    const secret = ecShared(this.#curve, this.#privateKey, toBytes(other, 'otherPublicKey', inputEncoding));
    if (secret === undefined) throw invalidPublic();
    return output(secret, outputEncoding);
  }

  getPublicKey(encoding = undefined, format = undefined) {
    if (this.#publicKey === undefined) throw nodeError(Error, 'ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY', 'Failed to get ECDH public key');
    return output(pointAs(this.#curve, this.#publicKey, format ?? undefined), encoding);
  }

  getPrivateKey(encoding = undefined) {
    if (this.#privateKey === undefined) throw nodeError(Error, 'ERR_CRYPTO_ECDH_INVALID_PRIVATE_KEY', 'Failed to get ECDH private key');
    return output(this.#privateKey.slice(), encoding);
  }

  setPrivateKey(key, encoding = undefined) {
    const bytes = extend(toBytes(key, 'key', encoding), CURVES[this.#curve].size).slice();
    const publicKey = ecPublic(this.#curve, bytes);
    if (publicKey === undefined) throw nodeError(Error, 'ERR_CRYPTO_INVALID_KEYTYPE', 'Private key is not valid for specified curve.');
    this.#privateKey = bytes;
    this.#publicKey = publicKey;
    return this;
  }

  setPublicKey(key, encoding = undefined) {
    this.#publicKey = pointAs(this.#curve, toBytes(key, 'key', encoding));
    return this;
  }

  static convertKey(key, curve, inputEncoding = undefined, outputEncoding = undefined, format = undefined) {
    return output(pointAs(curveOf(curve), toBytes(key, 'key', inputEncoding), format ?? undefined), outputEncoding);
  }
}
Object.defineProperty(EcdhState, 'name', { value: 'ECDH' });

export const ECDH = callable(EcdhState);
export const createECDH = (curve) => new EcdhState(curve);

export function diffieHellman(options) {
  if (typeof options !== 'object' || options === null) throw invalidType('options', 'of type object', options);
  const { privateKey, publicKey } = options;
  for (const [name, key] of [['privateKey', privateKey], ['publicKey', publicKey]]) {
    if (!isKeyObject(key)) throw invalidType(`options.${name}`, 'an instance of KeyObject', key);
  }
  const [mine, theirs] = [keyOf(privateKey, 'private'), keyOf(publicKey, 'public')];
  const shares = mine.kind === theirs.kind && mine.curve === theirs.curve;
  if (!shares || (mine.kind !== 'x25519' && mine.kind !== 'ec')) {
    throw nodeError(Error, 'ERR_CRYPTO_INCOMPATIBLE_KEY', `Incompatible key types for Diffie-Hellman: ${mine.kind} and ${theirs.kind}`);
  }
  const secret = mine.kind === 'ec'
    ? ecShared(mine.curve, mine.material.privateKey, theirs.material.publicKey)
    : xShared(mine.material.privateKey, theirs.material.publicKey);
  if (secret === undefined) throw nodeError(Error, 'ERR_OSSL_FAILED_DURING_DERIVATION', 'failed during derivation');
  return toBuffer(secret);
}
