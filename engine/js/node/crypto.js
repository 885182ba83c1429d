/** node:crypto: hashes, ciphers, keys and random values, as Node has them. */

import { loadModule } from 'native';
import { nodeError } from '../internal/crypto/bytes.js';
import { ECDH, createECDH, diffieHellman } from '../internal/crypto/agree.js';
import { ciphersWith, getCipherInfo, getCiphers } from '../internal/crypto/cipher.js';
import { hkdfWith, pbkdf2, pbkdf2Sync, scrypt, scryptSync } from '../internal/crypto/derive.js';
import { Hash, createHash, getHashes, hash, hmacWith, timingSafeEqual } from '../internal/crypto/hash.js';
import {
  KeyObject, createPrivateKey, createPublicKey, createSecretKey, generateKey, generateKeyPair, generateKeyPairSync, generateKeySync,
  getCurves, isKeyObject, secretOf,
} from '../internal/crypto/keys.js';
import { randomBytes, randomFill, randomFillSync, randomInt, randomUUID } from '../internal/crypto/random.js';
import {
  Sign, Verify, constants, createSign, createVerify, privateDecrypt, privateEncrypt, publicDecrypt, publicEncrypt, sign, verify,
} from '../internal/crypto/sign.js';
import { certificatesWith } from '../internal/crypto/x509.js';

const { Hmac, createHmac } = hmacWith(secretOf);
const { Cipheriv, Decipheriv, createCipheriv, createDecipheriv } = ciphersWith(secretOf);
const { hkdf, hkdfSync } = hkdfWith(secretOf);
const { X509Certificate } = certificatesWith({ createPublicKey, isKeyObject, verify, pss: constants.RSA_PKCS1_PSS_PADDING });

const { crypto: webcrypto } = loadModule('web/crypto.js');
const { subtle } = webcrypto;
const getRandomValues = (array) => webcrypto.getRandomValues(array);

/** What this version does not have says so by its name. */
function missing(name) {
  const { [name]: method } = {
    [name]() {
      throw nodeError(Error, 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', `crypto.${name} is not available in this version of Ramekin`);
    },
  };
  return method;
}

const createDiffieHellman = missing('createDiffieHellman');
const createDiffieHellmanGroup = missing('createDiffieHellmanGroup');
const getDiffieHellman = missing('getDiffieHellman');
const checkPrime = missing('checkPrime');
const checkPrimeSync = missing('checkPrimeSync');
const generatePrime = missing('generatePrime');
const generatePrimeSync = missing('generatePrimeSync');
const Certificate = missing('Certificate');

const pseudoRandomBytes = randomBytes;
const getFips = () => 0;
const setFips = (on) => {
  if (on) throw nodeError(Error, 'ERR_CRYPTO_FIPS_UNAVAILABLE', 'Cannot set FIPS mode in a non-FIPS build.');
};
const secureHeapUsed = () => ({ total: 0, used: 0, utilization: 0, min: 0 });

const module = {
  Certificate, Cipheriv, Decipheriv, ECDH, Hash, Hmac, KeyObject, Sign, Verify, X509Certificate, checkPrime, checkPrimeSync, constants,
  createCipheriv, createDecipheriv, createDiffieHellman, createDiffieHellmanGroup, createECDH, createHash, createHmac, createPrivateKey,
  createPublicKey, createSecretKey, createSign, createVerify, diffieHellman, generateKey, generateKeyPair, generateKeyPairSync,
  generateKeySync, generatePrime, generatePrimeSync, getCipherInfo, getCiphers, getCurves, getDiffieHellman, getFips, getHashes,
  getRandomValues, hash, hkdf, hkdfSync, pbkdf2, pbkdf2Sync, privateDecrypt, privateEncrypt, pseudoRandomBytes, publicDecrypt,
  publicEncrypt, randomBytes, randomFill, randomFillSync, randomInt, randomUUID, scrypt, scryptSync, secureHeapUsed, setFips, sign, subtle,
  timingSafeEqual, verify, webcrypto,
};
export default module;
export {
  Certificate, Cipheriv, Decipheriv, ECDH, Hash, Hmac, KeyObject, Sign, Verify, X509Certificate, checkPrime, checkPrimeSync, constants,
  createCipheriv, createDecipheriv, createDiffieHellman, createDiffieHellmanGroup, createECDH, createHash, createHmac, createPrivateKey,
  createPublicKey, createSecretKey, createSign, createVerify, diffieHellman, generateKey, generateKeyPair, generateKeyPairSync,
  generateKeySync, generatePrime, generatePrimeSync, getCipherInfo, getCiphers, getCurves, getDiffieHellman, getFips, getHashes,
  getRandomValues, hash, hkdf, hkdfSync, pbkdf2, pbkdf2Sync, privateDecrypt, privateEncrypt, pseudoRandomBytes, publicDecrypt,
  publicEncrypt, randomBytes, randomFill, randomFillSync, randomInt, randomUUID, scrypt, scryptSync, secureHeapUsed, setFips, sign, subtle,
  timingSafeEqual, verify, webcrypto,
};
