/** JSON Web Keys (RFC 7517), as far as Web Cryptography reads and writes them. */

import { fromBase64Url, toBase64Url } from '../../internal/der.js';
import { dataError } from './key.js';

const TEXTS = ['alg', 'crv', 'd', 'dp', 'dq', 'e', 'k', 'kty', 'n', 'p', 'q', 'qi', 'use', 'x', 'y'];

/** The dictionary `JsonWebKey` of an object. @param {any} value */
export function toJsonWebKey(value) {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' && typeof value !== 'function') throw new TypeError('the key data is not an object');
  const jwk = {};
  for (const name of [...TEXTS, 'ext', 'key_ops', 'oth'].sort()) {
    const member = value[name];
    if (member === undefined) continue;
    if (name === 'ext') jwk.ext = Boolean(member);
    else if (name === 'key_ops') jwk.key_ops = Array.from(sequence(member, name), String);
    else if (name === 'oth') jwk.oth = [...sequence(member, name)];
    else jwk[name] = `${member}`;
  }
  return jwk;
}

function sequence(value, name) {
  if (typeof value !== 'object' || value === null || typeof value[Symbol.iterator] !== 'function') {
    throw new TypeError(`the member '${name}' of the key is not a sequence`);
  }
  return value;
}

/**
 * The checks that all kinds of keys have in common.
 * @param {any} jwk @param {string} kty @param {boolean} extractable @param {string[]} usages
 * @param {'sig' | 'enc'} use what `use` may say of a key that is used at all
 */
export function checkJwk(jwk, kty, extractable, usages, use) {
  if (jwk.kty !== kty) throw dataError(`the member 'kty' of the key must be '${kty}'`);
  if (usages.length > 0 && jwk.use !== undefined && jwk.use !== use) throw dataError(`the member 'use' of the key must be '${use}'`);
  if (jwk.key_ops !== undefined) {
    if (new Set(jwk.key_ops).size !== jwk.key_ops.length) throw dataError("the member 'key_ops' of the key names one twice");
    if (!usages.every((usage) => jwk.key_ops.includes(usage))) throw dataError("the member 'key_ops' of the key does not allow the usages");
  }
  if (jwk.ext === false && extractable) throw dataError("the member 'ext' of the key does not allow it to be extractable");
}

/** Bytes of a member. @param {any} jwk @param {string} name */
export function member(jwk, name) {
  const bytes = fromBase64Url(jwk[name]);
  if (bytes === undefined) throw dataError(`the member '${name}' of the key is missing, or is not base64url`);
  return bytes;
}

/** @param {import('./key.js').Inside} key @param {Record<string, Uint8Array | string | undefined>} members */
export function writeJwk(key, members) {
  const jwk = { key_ops: [...key.usages], ext: key.extractable };
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) jwk[name] = typeof value === 'string' ? value : toBase64Url(value);
  }
  return jwk;
}
