/**
 * The little of ASN.1's DER that keys are written in: values are `Uint8Array`s, a structure is read piece by piece. What
 * is not DER makes a reader throw `Malformed`, which who reads a key turns into an error of its own.
 */

export class Malformed extends Error {}

export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const NULL = 0x05;
export const OID = 0x06;
export const SEQUENCE = 0x30;
/** A constructed value with a tag of its context. @param {number} number */
export const context = (number) => 0xa0 + number;

/** @param {Uint8Array[]} parts */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** One value. @param {number} tag @param {Uint8Array[]} parts its content */
export function write(tag, ...parts) {
  const content = concat(...parts);
  const { length } = content;
  const head = [tag];
  if (length < 0x80) head.push(length);
  else {
    const bytes = [];
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
    head.push(0x80 + bytes.length, ...bytes);
  }
  return concat(Uint8Array.from(head), content);
}

/** A number that is not negative, in as few bytes as it takes. @param {Uint8Array} bytes */
export function writeInteger(bytes) {
  const number = strip(bytes);
  return number.length === 0 || number[0] >= 0x80 ? write(INTEGER, ZERO, number) : write(INTEGER, number);
}

const ZERO = new Uint8Array(1);

/** A bit string of whole bytes. @param {Uint8Array[]} parts */
export const writeBits = (...parts) => write(BIT_STRING, ZERO, ...parts);

/** Without zeros in front. @param {Uint8Array} bytes */
export function strip(bytes) {
  let zeros = 0;
  while (zeros < bytes.length && bytes[zeros] === 0) zeros++;
  return bytes.subarray(zeros);
}

/** With so many zeros in front that it has `length` bytes. @param {Uint8Array} bytes @param {number} length */
export function extend(bytes, length) {
  if (bytes.length >= length) return bytes;
  const extended = new Uint8Array(length);
  extended.set(bytes, length - bytes.length);
  return extended;
}

/** @param {Uint8Array} a @param {Uint8Array} b public bytes: the time tells where they differ */
export function same(a, b) {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Reads one value after the other. */
export class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  /** Tag of the next value; undefined at the end. */
  get next() {
    return this.bytes[this.at];
  }

  /** Content of the next value, which must have this tag. @param {number} tag */
  read(tag) {
    if (this.next !== tag) throw new Malformed();
    let length = this.bytes[this.at + 1];
    let start = this.at + 2;
    if (length === undefined || length === 0x80) throw new Malformed();
    if (length > 0x80) {
      const bytes = this.bytes.subarray(start, start + length - 0x80);
      if (bytes.length !== length - 0x80 || bytes.length > 4 || bytes[0] === 0) throw new Malformed();
      start += bytes.length;
      length = bytes.reduce((number, byte) => number * 256 + byte, 0);
      if (length < 0x80) throw new Malformed();
    }
    const end = start + length;
    if (end > this.bytes.length) throw new Malformed();
    this.at = end;
    return this.bytes.subarray(start, end);
  }

  /** The next value as a reader of what is in it. @param {number} tag */
  enter(tag) {
    return new Reader(this.read(tag));
  }

  /** A number that is not negative, without zeros in front. */
  integer() {
    const bytes = this.read(INTEGER);
    if (bytes.length === 0 || bytes[0] >= 0x80) throw new Malformed();
    if (bytes.length > 1 && bytes[0] === 0 && bytes[1] < 0x80) throw new Malformed();
    return strip(bytes);
  }

  /** A bit string of whole bytes. */
  bits() {
    const bytes = this.read(BIT_STRING);
    if (bytes[0] !== 0) throw new Malformed();
    return bytes.subarray(1);
  }

  /** Nothing may follow. */
  end() {
    if (this.at !== this.bytes.length) throw new Malformed();
  }
}

/** An object identifier from its text. @param {string} text */
export function oid(text) {
  const [first, second, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const digits = [number % 128];
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(128 + left % 128);
    bytes.push(...digits);
  }
  return write(OID, Uint8Array.from(bytes));
}

/**
 * `SubjectPublicKeyInfo`: what follows the algorithm's identifier in its sequence, and the key.
 * @param {Uint8Array} bytes @returns {{ algorithm: Reader, identifier: Uint8Array, key: Uint8Array }}
 */
export function readSpki(bytes) {
  const outer = new Reader(bytes);
  const spki = outer.enter(SEQUENCE);
  outer.end();
  const algorithm = spki.enter(SEQUENCE);
  const identifier = write(OID, algorithm.read(OID));
  const key = spki.bits();
  spki.end();
  return { algorithm, identifier, key };
}

/** `PrivateKeyInfo`, in the same form. @param {Uint8Array} bytes */
export function readPkcs8(bytes) {
  const outer = new Reader(bytes);
  const info = outer.enter(SEQUENCE);
  outer.end();
  const version = info.integer();
  if (version.length > 1 || version[0] > 1) throw new Malformed();
  const algorithm = info.enter(SEQUENCE);
  const identifier = write(OID, algorithm.read(OID));
  const key = info.read(OCTET_STRING);
  if (info.next === context(0)) info.read(context(0));
  // The public key of RFC 5958, which the private one says already.
  if (info.next === 0x81) info.read(0x81);
  info.end();
  return { algorithm, identifier, key };
}

/** @param {Uint8Array[]} algorithm parts of its sequence @param {Uint8Array} key */
export const writeSpki = (algorithm, key) => write(SEQUENCE, write(SEQUENCE, ...algorithm), writeBits(key));

/** @param {Uint8Array[]} algorithm parts of its sequence @param {Uint8Array} key */
export const writePkcs8 = (algorithm, key) =>
  write(SEQUENCE, write(INTEGER, ZERO), write(SEQUENCE, ...algorithm), write(OCTET_STRING, key));

const { fromBase64 } = Uint8Array;
const { toBase64 } = Uint8Array.prototype;
const BASE64URL = /^[\w-]*$/;

/** Undefined for what is no base64url without padding. @param {unknown} text @returns {Uint8Array | undefined} */
export function fromBase64Url(text) {
  if (typeof text !== 'string' || !BASE64URL.test(text)) return undefined;
  try {
    return Reflect.apply(fromBase64, Uint8Array, [text, { alphabet: 'base64url' }]);
  } catch {
    return undefined;
  }
}

/** @param {Uint8Array} bytes @returns {string} */
export const toBase64Url = (bytes) => Reflect.apply(toBase64, bytes, [{ alphabet: 'base64url', omitPadding: true }]);
