/** node:crypto, as long as there is none. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('crypto', 'use the global crypto');

const checkPrime = fails('checkPrime');
const checkPrimeSync = fails('checkPrimeSync');
const createCipheriv = fails('createCipheriv');
const createDecipheriv = fails('createDecipheriv');
const createDiffieHellman = fails('createDiffieHellman');
const createDiffieHellmanGroup = fails('createDiffieHellmanGroup');
const createECDH = fails('createECDH');
const createHash = fails('createHash');
const createHmac = fails('createHmac');
const createPrivateKey = fails('createPrivateKey');
const createPublicKey = fails('createPublicKey');
const createSecretKey = fails('createSecretKey');
const createSign = fails('createSign');
const createVerify = fails('createVerify');
const diffieHellman = fails('diffieHellman');
const generatePrime = fails('generatePrime');
const generatePrimeSync = fails('generatePrimeSync');
const getCiphers = fails('getCiphers');
const getCipherInfo = fails('getCipherInfo');
const getCurves = fails('getCurves');
const getDiffieHellman = fails('getDiffieHellman');
const getHashes = fails('getHashes');
const hkdf = fails('hkdf');
const hkdfSync = fails('hkdfSync');
const pbkdf2 = fails('pbkdf2');
const pbkdf2Sync = fails('pbkdf2Sync');
const generateKeyPair = fails('generateKeyPair');
const generateKeyPairSync = fails('generateKeyPairSync');
const generateKey = fails('generateKey');
const generateKeySync = fails('generateKeySync');
const privateDecrypt = fails('privateDecrypt');
const privateEncrypt = fails('privateEncrypt');
const publicDecrypt = fails('publicDecrypt');
const publicEncrypt = fails('publicEncrypt');
const randomBytes = fails('randomBytes');
const randomFill = fails('randomFill');
const randomFillSync = fails('randomFillSync');
const randomInt = fails('randomInt');
const randomUUID = fails('randomUUID');
const scrypt = fails('scrypt');
const scryptSync = fails('scryptSync');
const sign = fails('sign');
const setEngine = fails('setEngine');
const timingSafeEqual = fails('timingSafeEqual');
const getFips = fails('getFips');
const setFips = fails('setFips');
const verify = fails('verify');
const hash = fails('hash');
const Certificate = fails('Certificate');
const Cipher = fails('Cipher');
const Cipheriv = fails('Cipheriv');
const Decipher = fails('Decipher');
const Decipheriv = fails('Decipheriv');
const DiffieHellman = fails('DiffieHellman');
const DiffieHellmanGroup = fails('DiffieHellmanGroup');
const ECDH = fails('ECDH');
const Hash = fails('Hash');
const Hmac = fails('Hmac');
const KeyObject = fails('KeyObject');
const Sign = fails('Sign');
const Verify = fails('Verify');
const X509Certificate = fails('X509Certificate');
const secureHeapUsed = fails('secureHeapUsed');
const createCipher = fails('createCipher');
const createDecipher = fails('createDecipher');
const getRandomValues = fails('getRandomValues');
const prng = fails('prng');
const pseudoRandomBytes = fails('pseudoRandomBytes');
const rng = fails('rng');

const constants = {
  OPENSSL_VERSION_NUMBER: 805306672, SSL_OP_ALL: 2147485776, SSL_OP_ALLOW_NO_DHE_KEX: 1024,
  SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION: 262144, SSL_OP_CIPHER_SERVER_PREFERENCE: 4194304,
  SSL_OP_CISCO_ANYCONNECT: 32768, SSL_OP_COOKIE_EXCHANGE: 8192, SSL_OP_CRYPTOPRO_TLSEXT_BUG: 2147483648,
  SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS: 2048, SSL_OP_LEGACY_SERVER_CONNECT: 4, SSL_OP_NO_COMPRESSION: 131072,
  SSL_OP_NO_ENCRYPT_THEN_MAC: 524288, SSL_OP_NO_QUERY_MTU: 4096, SSL_OP_NO_RENEGOTIATION: 1073741824,
  SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION: 65536, SSL_OP_NO_SSLv2: 0, SSL_OP_NO_SSLv3: 33554432,
  SSL_OP_NO_TICKET: 16384, SSL_OP_NO_TLSv1: 67108864, SSL_OP_NO_TLSv1_1: 268435456, SSL_OP_NO_TLSv1_2: 134217728,
  SSL_OP_NO_TLSv1_3: 536870912, SSL_OP_PRIORITIZE_CHACHA: 2097152, SSL_OP_TLS_ROLLBACK_BUG: 8388608, ENGINE_METHOD_RSA: 1,
  ENGINE_METHOD_DSA: 2, ENGINE_METHOD_DH: 4, ENGINE_METHOD_RAND: 8, ENGINE_METHOD_EC: 2048, ENGINE_METHOD_CIPHERS: 64,
  ENGINE_METHOD_DIGESTS: 128, ENGINE_METHOD_PKEY_METHS: 512, ENGINE_METHOD_PKEY_ASN1_METHS: 1024, ENGINE_METHOD_ALL: 65535,
  ENGINE_METHOD_NONE: 0, DH_CHECK_P_NOT_SAFE_PRIME: 2, DH_CHECK_P_NOT_PRIME: 1, DH_UNABLE_TO_CHECK_GENERATOR: 4,
  DH_NOT_SUITABLE_GENERATOR: 8, RSA_PKCS1_PADDING: 1, RSA_NO_PADDING: 3, RSA_PKCS1_OAEP_PADDING: 4, RSA_X931_PADDING: 5,
  RSA_PKCS1_PSS_PADDING: 6, RSA_PSS_SALTLEN_DIGEST: -1, RSA_PSS_SALTLEN_MAX_SIGN: -2, RSA_PSS_SALTLEN_AUTO: -2,
  defaultCoreCipherList: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA256:DHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA384:DHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-SHA256:DHE-RSA-AES256-SHA256:HIGH:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!MD5:!PSK:!SRP:!CAMELLIA',
  TLS1_VERSION: 769, TLS1_1_VERSION: 770, TLS1_2_VERSION: 771, TLS1_3_VERSION: 772, POINT_CONVERSION_COMPRESSED: 2,
  POINT_CONVERSION_UNCOMPRESSED: 4, POINT_CONVERSION_HYBRID: 6,
  defaultCipherList: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA256:DHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA384:DHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-SHA256:DHE-RSA-AES256-SHA256:HIGH:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!MD5:!PSK:!SRP:!CAMELLIA',
};
const fips = 0;
const webcrypto = {
  getRandomValues: fails('webcrypto.getRandomValues'), randomUUID: fails('webcrypto.randomUUID'),
};
const subtle = {
  encrypt: fails('subtle.encrypt'), decrypt: fails('subtle.decrypt'), sign: fails('subtle.sign'),
  verify: fails('subtle.verify'), digest: fails('subtle.digest'), generateKey: fails('subtle.generateKey'),
  deriveKey: fails('subtle.deriveKey'), deriveBits: fails('subtle.deriveBits'), importKey: fails('subtle.importKey'),
  exportKey: fails('subtle.exportKey'), wrapKey: fails('subtle.wrapKey'), unwrapKey: fails('subtle.unwrapKey'),
};

export {
  checkPrime, checkPrimeSync, createCipheriv, createDecipheriv, createDiffieHellman, createDiffieHellmanGroup,
  createECDH, createHash, createHmac, createPrivateKey, createPublicKey, createSecretKey, createSign, createVerify,
  diffieHellman, generatePrime, generatePrimeSync, getCiphers, getCipherInfo, getCurves, getDiffieHellman, getHashes, hkdf,
  hkdfSync, pbkdf2, pbkdf2Sync, generateKeyPair, generateKeyPairSync, generateKey, generateKeySync, privateDecrypt,
  privateEncrypt, publicDecrypt, publicEncrypt, randomBytes, randomFill, randomFillSync, randomInt, randomUUID, scrypt,
  scryptSync, sign, setEngine, timingSafeEqual, getFips, setFips, verify, hash, Certificate, Cipher, Cipheriv, Decipher,
  Decipheriv, DiffieHellman, DiffieHellmanGroup, ECDH, Hash, Hmac, KeyObject, Sign, Verify, X509Certificate, secureHeapUsed,
  createCipher, createDecipher, fips, constants, webcrypto, subtle, getRandomValues, prng, pseudoRandomBytes, rng,
};
export default {
  checkPrime, checkPrimeSync, createCipheriv, createDecipheriv, createDiffieHellman,
  createDiffieHellmanGroup, createECDH, createHash, createHmac, createPrivateKey, createPublicKey, createSecretKey,
  createSign, createVerify, diffieHellman, generatePrime, generatePrimeSync, getCiphers, getCipherInfo, getCurves,
  getDiffieHellman, getHashes, hkdf, hkdfSync, pbkdf2, pbkdf2Sync, generateKeyPair, generateKeyPairSync, generateKey,
  generateKeySync, privateDecrypt, privateEncrypt, publicDecrypt, publicEncrypt, randomBytes, randomFill, randomFillSync,
  randomInt, randomUUID, scrypt, scryptSync, sign, setEngine, timingSafeEqual, getFips, setFips, verify, hash, Certificate,
  Cipher, Cipheriv, Decipher, Decipheriv, DiffieHellman, DiffieHellmanGroup, ECDH, Hash, Hmac, KeyObject, Sign, Verify,
  X509Certificate, secureHeapUsed, createCipher, createDecipher, fips, constants, webcrypto, subtle, getRandomValues, prng,
  pseudoRandomBytes, rng,
};
