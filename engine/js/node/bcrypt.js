/**
 * ramekin:bcrypt: hashes of passwords, with the interface of the packages `bcrypt` and `bcryptjs`. The hashing is done on
 * the host: in the sandbox it would take many times as long.
 */

import { utf8Encode } from 'native';
import { equal } from 'native:crypto';
import { Refused, randomBytes, work, workNow } from '../internal/work.js';

const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ROUNDS = 10;
const MIN_ROUNDS = 4;
const MAX_ROUNDS = 31;
/** Bytes of a password that count. */
const MAX_PASSWORD = 72;
const SALT = 16;
const HASH = /^\$2[abxy]?\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/;
const SETTING = /^\$2[abxy]?\$(\d\d)\$([./A-Za-z0-9]{22})/;

/** bcrypt's own base64. @param {Uint8Array} bytes */
function encode(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const characters = Math.min(bytes.length - at, 3) + 1;
    for (let shift = 18; shift > 18 - 6 * characters; shift -= 6) text += ALPHABET[(three >> shift) & 63];
  }
  return text;
}

/** @param {string} text @param {number} length of the bytes */
function decode(text, length) {
  const bytes = new Uint8Array(length);
  for (let at = 0, out = 0; out < length; at += 4) {
    const four = [0, 1, 2, 3].reduce((number, each) => (number << 6) | Math.max(ALPHABET.indexOf(text[at + each] ?? '.'), 0), 0);
    for (let shift = 16; shift >= 0 && out < length; shift -= 8) bytes[out++] = (four >> shift) & 0xff;
  }
  return bytes;
}

/** The password as bcrypt takes it: with a zero at its end, cut to what counts. */
function passwordBytes(password) {
  const text = typeof password === 'string' ? utf8Encode(password) : password;
  const bytes = new Uint8Array(Math.min(text.length + 1, MAX_PASSWORD));
  bytes.set(text.subarray(0, bytes.length));
  return bytes;
}

function checkPassword(password, what) {
  if (typeof password !== 'string' && !(password instanceof Uint8Array)) {
    throw new Error(`Illegal arguments: ${what} must be a string or a Buffer, not ${password === null ? 'null' : typeof password}`);
  }
}

function checkRounds(rounds) {
  if (typeof rounds !== 'number') throw new Error(`Illegal arguments: ${typeof rounds}; the number of rounds must be a number`);
  return Math.min(Math.max(Math.trunc(rounds) || ROUNDS, MIN_ROUNDS), MAX_ROUNDS);
}

const two = (number) => `${number}`.padStart(2, '0');

/** @param {number} [rounds] @returns {string} */
export function genSaltSync(rounds = ROUNDS) {
  return `$2b$${two(checkRounds(rounds))}$${encode(randomBytes(SALT))}`;
}

/** Parameters of the work for a password and a salt, or a number of rounds. */
function setting(password, salt) {
  checkPassword(password, 'the password');
  const text = typeof salt === 'number' ? genSaltSync(salt) : salt;
  const found = typeof text === 'string' ? SETTING.exec(text) : null;
  if (found === null) throw new Error('Invalid salt: give one of genSalt(), or a number of rounds');
  return { prefix: found[0], parameters: { password: passwordBytes(password), salt: decode(found[2], SALT), cost: Number(found[1]) } };
}

const plain = (error) => (error instanceof Refused ? new Error(error.message) : error);

/** @param {string | Uint8Array} password @param {string | number} [salt] or rounds @returns {string} */
export function hashSync(password, salt = ROUNDS) {
  const { prefix, parameters } = setting(password, salt);
  try {
    return prefix + encode(workNow('bcrypt', parameters));
  } catch (error) {
    throw plain(error);
  }
}

async function hashLater(password, salt) {
  const { prefix, parameters } = setting(password, salt);
  try {
    return prefix + encode(await work('bcrypt', parameters));
  } catch (error) {
    throw plain(error);
  }
}

/** The hash's own setting; undefined for what is none. */
function settingOf(password, hash) {
  checkPassword(password, 'the password');
  if (typeof hash !== 'string') throw new Error(`Illegal arguments: the hash must be a string, not ${typeof hash}`);
  return HASH.test(hash) ? hash.slice(0, -31) : undefined;
}

const same = (hash, again) => equal(utf8Encode(hash.slice(-31)), utf8Encode(again.slice(-31)));

/** @param {string | Uint8Array} password @param {string} hash @returns {boolean} */
export function compareSync(password, hash) {
  const salt = settingOf(password, hash);
  return salt !== undefined && same(hash, hashSync(password, salt));
}

async function compareLater(password, hash) {
  const salt = settingOf(password, hash);
  return salt !== undefined && same(hash, await hashLater(password, salt));
}

/** Gives a promise, or calls back when there is a function at the end. */
function either(args, later) {
  const callback = args.find((argument) => typeof argument === 'function');
  const promise = later(...args.filter((argument) => typeof argument !== 'function'));
  if (callback === undefined) return promise;
  // Not within the promise: what the callback throws is not a rejection of it.
  promise.then((value) => setTimeout(callback, 0, null, value), (error) => setTimeout(callback, 0, error));
  return undefined;
}

/** @returns {Promise<string>} */
export const genSalt = (...args) => either(args, async (rounds = ROUNDS) => genSaltSync(rounds));
/** @returns {Promise<string>} */
export const hash = (...args) => either(args, async (password, salt = ROUNDS) => hashLater(password, salt));
/** @returns {Promise<boolean>} */
export const compare = (...args) => either(args, compareLater);

/** The rounds of a hash, as their logarithm. @param {string} encrypted */
export function getRounds(encrypted) {
  const found = SETTING.exec(encrypted);
  if (found === null) throw new Error('invalid hash provided');
  return Number(found[1]);
}

/** The setting of a hash: everything but the result. @param {string} encrypted */
export function getSalt(encrypted) {
  if (typeof encrypted !== 'string' || encrypted.length !== 60) throw new Error(`Illegal hash length: ${encrypted?.length} != 60`);
  return encrypted.slice(0, 29);
}

/** Whether bcrypt takes more bytes into account than it can. @param {string} password */
export const truncates = (password) => utf8Encode(password).length > MAX_PASSWORD;

/** The host has the randomness. */
export function setRandomFallback() {}

export const encodeBase64 = (bytes, length) => encode(Uint8Array.from(bytes).subarray(0, length));
export const decodeBase64 = (text, length) => [...decode(text, length)];

export default {
  compare, compareSync, decodeBase64, encodeBase64, genSalt, genSaltSync, getRounds, getSalt, hash, hashSync, setRandomFallback, truncates,
};
