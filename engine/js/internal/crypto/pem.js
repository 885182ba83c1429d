/** PEM, certificates as far as the key in one, and private keys under a passphrase (PBES2 of RFC 8018). */

import { aesCbc, aesPad, aesUnpad } from 'native:crypto';
import {
  INTEGER, Malformed, NULL, OCTET_STRING, OID, Reader, SEQUENCE, context, oid, readPkcs8, readSpki, same, write, writeInteger,
} from '../der.js';
import { Refused, randomBytes, workNow } from '../work.js';
import { nodeError } from './bytes.js';

const { fromBase64 } = Uint8Array;
const { toBase64 } = Uint8Array.prototype;
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/;

/** The first block of a text. @param {Uint8Array} bytes @returns {{ label: string, content: Uint8Array } | undefined} */
export function readPem(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  const found = BLOCK.exec(text);
  if (found === null) return undefined;
  try {
    return { label: found[1], content: Reflect.apply(fromBase64, Uint8Array, [found[2].replace(/\s/g, '')]) };
  } catch {
    return undefined;
  }
}

/** @param {string} label @param {Uint8Array} content */
export function writePem(label, content) {
  const lines = Reflect.apply(toBase64, content, []).replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

/** Identifier of a key's algorithm. @param {Uint8Array} bytes @param {'public' | 'private'} type */
export const identifierOf = (bytes, type) => (type === 'public' ? readSpki(bytes) : readPkcs8(bytes)).identifier;

/** The public key in a certificate: SubjectPublicKeyInfo. @param {Uint8Array} bytes */
export function subjectKeyOf(bytes) {
  const signed = new Reader(bytes).enter(SEQUENCE);
  const certificate = signed.enter(SEQUENCE);
  if (certificate.next === context(0)) certificate.read(context(0));
  certificate.read(INTEGER);
  // Algorithm, issuer, validity, subject.
  for (let part = 0; part < 4; part++) certificate.read(SEQUENCE);
  return write(SEQUENCE, certificate.read(SEQUENCE));
}

const PBES2 = oid('1.2.840.113549.1.5.13');
const PBKDF2 = oid('1.2.840.113549.1.5.12');
const PRFS = { sha1: oid('1.2.840.113549.2.7'), sha256: oid('1.2.840.113549.2.9'), sha384: oid('1.2.840.113549.2.10'), sha512: oid('1.2.840.113549.2.11') };
const CIPHERS = { 16: oid('2.16.840.1.101.3.4.1.2'), 24: oid('2.16.840.1.101.3.4.1.22'), 32: oid('2.16.840.1.101.3.4.1.42') };
const ITERATIONS = 2048;

const badDecrypt = () => nodeError(Error, 'ERR_OSSL_BAD_DECRYPT', 'bad decrypt');
const nameOf = (table, identifier) => Object.keys(table).find((name) => same(table[name], identifier));
const identifier = (reader) => write(OID, reader.read(OID));
const integerOf = (bytes) => bytes.reduce((number, byte) => number * 256 + byte, 0);

function derive(parameters) {
  try {
    return workNow('pbkdf2', parameters);
  } catch (error) {
    throw error instanceof Refused ? nodeError(RangeError, 'ERR_CRYPTO_OPERATION_FAILED', error.message) : error;
  }
}

/** @param {Uint8Array} bytes EncryptedPrivateKeyInfo @param {Uint8Array} password */
export function decryptPkcs8(bytes, password) {
  const outer = new Reader(bytes).enter(SEQUENCE);
  const scheme = outer.enter(SEQUENCE);
  const data = outer.read(OCTET_STRING);
  if (!same(identifier(scheme), PBES2)) throw new Malformed();
  const parts = scheme.enter(SEQUENCE);
  const derivation = parts.enter(SEQUENCE);
  if (!same(identifier(derivation), PBKDF2)) throw new Malformed();
  const parameters = derivation.enter(SEQUENCE);
  const salt = parameters.read(OCTET_STRING).slice();
  const iterations = integerOf(parameters.integer());
  if (parameters.next === INTEGER) parameters.integer();
  const hash = parameters.next === SEQUENCE ? nameOf(PRFS, identifier(parameters.enter(SEQUENCE))) : 'sha1';
  const encryption = parts.enter(SEQUENCE);
  const length = nameOf(CIPHERS, identifier(encryption));
  if (hash === undefined || length === undefined) throw new Malformed();
  const iv = encryption.read(OCTET_STRING);
  const key = derive({ hash, password: password.slice(), salt, iterations, length: Number(length) });
  const plain = aesCbc(false, key, iv, data);
  const info = plain === undefined ? undefined : aesUnpad(plain);
  if (info === undefined) throw badDecrypt();
  return info;
}

/** @param {Uint8Array} info PrivateKeyInfo @param {string} cipher @param {Uint8Array} password */
export function encryptPkcs8(info, cipher, password) {
  const bits = /^aes-?(128|192|256)(?:-cbc)?$/i.exec(cipher)?.[1];
  if (bits === undefined) throw nodeError(Error, 'ERR_CRYPTO_UNKNOWN_CIPHER', `Unknown cipher: ${cipher}; for keys there are aes-128-cbc, aes-192-cbc and aes-256-cbc`);
  const [salt, iv, length] = [randomBytes(16), randomBytes(16), Number(bits) / 8];
  const key = derive({ hash: 'sha256', password: password.slice(), salt, iterations: ITERATIONS, length });
  const derivation = write(
    SEQUENCE, PBKDF2,
    write(SEQUENCE, write(OCTET_STRING, salt), writeInteger(Uint8Array.of(ITERATIONS >> 8, ITERATIONS & 0xff)), write(SEQUENCE, PRFS.sha256, write(NULL))),
  );
  const encryption = write(SEQUENCE, CIPHERS[length], write(OCTET_STRING, iv));
  return write(
    SEQUENCE, write(SEQUENCE, PBES2, write(SEQUENCE, derivation, encryption)), write(OCTET_STRING, aesCbc(true, key, iv, aesPad(info))),
  );
}
