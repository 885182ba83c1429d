/**
 * ramekin:argon2: hashes of passwords, with the interface of the package `argon2`. The hashing is done on the host: in the
 * sandbox it would take many times as long.
 */

import { equal } from 'native:crypto';
import { toBuffer, toBytes } from '../internal/crypto/bytes.js';
import { Refused, randomBytes, work } from '../internal/work.js';

export const argon2d = 0;
export const argon2i = 1;
export const argon2id = 2;

const NAMES = ['argon2d', 'argon2i', 'argon2id'];
const USUAL = { hashLength: 32, timeCost: 3, memoryCost: 65536, parallelism: 4, type: argon2id, version: 0x13 };
const SALT = 16;
const NOTHING = new Uint8Array(0);

const { fromBase64 } = Uint8Array;
const { toBase64 } = Uint8Array.prototype;
const encode = (bytes) => Reflect.apply(toBase64, bytes, [{ omitPadding: true }]);
const decode = (text) => Reflect.apply(fromBase64, Uint8Array, [text]);

/** The work, in the words of the host. */
async function derive(password, options) {
  try {
    return await work('argon2', {
      type: options.type,
      version: options.version,
      password: toBytes(password, 'password').slice(),
      salt: options.salt,
      secret: options.secret === undefined ? NOTHING : toBytes(options.secret, 'secret').slice(),
      associatedData: options.associatedData === undefined ? NOTHING : toBytes(options.associatedData, 'associatedData').slice(),
      memory: options.memoryCost,
      passes: options.timeCost,
      parallelism: options.parallelism,
      length: options.hashLength,
    });
  } catch (error) {
    throw error instanceof Refused ? new Error(error.message) : error;
  }
}

/** Options with what is usual for those left out. */
function complete(options) {
  const given = Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined));
  const all = { ...USUAL, ...given };
  for (const name of ['hashLength', 'timeCost', 'memoryCost', 'parallelism', 'type', 'version']) {
    if (!Number.isSafeInteger(all[name]) || all[name] < 0) throw new TypeError(`argon2: '${name}' must be a whole number`);
  }
  if (NAMES[all.type] === undefined) throw new TypeError("argon2: 'type' must be argon2d, argon2i or argon2id");
  return { ...all, salt: all.salt === undefined ? randomBytes(SALT) : toBytes(all.salt, 'salt').slice() };
}

/**
 * @param {string | Uint8Array} password @param {any} [options]
 * @returns {Promise<string | Uint8Array>} in the PHC format, or the bytes with `raw`
 */
export async function hash(password, options = undefined) {
  const all = complete(options);
  const bytes = await derive(password, all);
  if (all.raw) return toBuffer(bytes);
  const data = all.associatedData === undefined ? '' : `,data=${encode(toBytes(all.associatedData, 'associatedData'))}`;
  const costs = `m=${all.memoryCost},t=${all.timeCost},p=${all.parallelism}${data}`;
  return `$${NAMES[all.type]}$v=${all.version}$${costs}$${encode(all.salt)}$${encode(bytes)}`;
}

const PHC = /^\$(argon2(?:d|i|id))(?:\$v=(\d+))?\$m=(\d+),t=(\d+),p=(\d+)(?:,data=([\w+/]+))?\$([\w+/]+)\$([\w+/]+)$/;

function parse(digest) {
  const found = PHC.exec(digest);
  if (found === null) throw new TypeError('pchstr must contain a $ as first char, and be a hash of argon2');
  const [, name, version = '16', memory, time, parallelism, data, salt, bytes] = found;
  return {
    type: NAMES.indexOf(name), version: Number(version), memoryCost: Number(memory), timeCost: Number(time), parallelism: Number(parallelism),
    associatedData: data === undefined ? undefined : decode(data), salt: decode(salt), bytes: decode(bytes),
  };
}

/** @param {string} digest @param {string | Uint8Array} password @param {{ secret?: Uint8Array }} [options] @returns {Promise<boolean>} */
export async function verify(digest, password, options = undefined) {
  const { bytes, ...setting } = parse(digest);
  return equal(await derive(password, { ...setting, secret: options?.secret, hashLength: bytes.length }), bytes);
}

/** Whether a hash was made with other costs than are wanted. @param {string} digest @param {any} [options] */
export function needsRehash(digest, options = undefined) {
  const wanted = { ...USUAL, ...options };
  const setting = parse(digest);
  return ['version', 'memoryCost', 'timeCost', 'parallelism'].some((name) => setting[name] !== wanted[name]);
}

export const limits = {
  hashLength: { min: 4, max: 2 ** 20 },
  memoryCost: { min: 8, max: 131072 },
  timeCost: { min: 1, max: 1024 },
  parallelism: { min: 1, max: 16 },
};

export default { argon2d, argon2i, argon2id, hash, limits, needsRehash, verify };
