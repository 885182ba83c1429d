/**
 * `CryptoKey` of Web Cryptography, and what the algorithms keep in one. Key material never leaves this folder but through
 * `exportKey` and `wrapKey`: an object of this class shows its algorithm and its usages, to `console` too.
 */

import { cloners } from '../../internal/cloners.js';
import { defineInterface } from '../../internal/webidl.js';
import { DOMException } from '../dom-exception.js';
import { defineInspection, internalKey, requireInternalKey } from '../interfaces.js';

/** All usages, in the order in which they are listed. */
export const USAGES = ['encrypt', 'decrypt', 'sign', 'verify', 'deriveKey', 'deriveBits', 'wrapKey', 'unwrapKey'];

/**
 * @typedef {object} Inside
 * @property {'secret' | 'private' | 'public'} type
 * @property {boolean} extractable
 * @property {any} algorithm
 * @property {string[]} usages
 * @property {any} material
 */

/** @type {(key: any) => Inside} the inside of a key; throws for what is none */
export let insideOf;
/** @type {(value: unknown) => boolean} */
export let isKey;

export class CryptoKey {
  /** @type {Inside} */
  #inside;
  #algorithm;
  #usages;

  /** @param {symbol} [key] @param {Inside} [inside] */
  constructor(key = undefined, inside = undefined) {
    requireInternalKey(key);
    this.#inside = /** @type {Inside} */ (inside);
  }

  get type() { return this.#inside.type; }
  get extractable() { return this.#inside.extractable; }
  // Objects of the function's own: what it does to them changes nothing of the key.
  get algorithm() { return (this.#algorithm ??= shown(this.#inside.algorithm)); }
  get usages() { return (this.#usages ??= [...this.#inside.usages]); }

  static {
    insideOf = (key) => key.#inside;
    isKey = (value) => typeof value === 'object' && value !== null && #inside in value;
  }
}
defineInterface(CryptoKey, 'CryptoKey');
// What is inside never changes, so a copy shares it.
cloners.set(CryptoKey.prototype, (key) => new CryptoKey(internalKey, insideOf(key)));
defineInspection(CryptoKey, ({ type, extractable, algorithm, usages }) => ({ type, extractable, algorithm, usages }));

/** A copy of an algorithm as scripts see it. */
function shown(algorithm) {
  const copy = {};
  for (const [name, value] of Object.entries(algorithm)) {
    if (value instanceof Uint8Array) copy[name] = value.slice();
    else copy[name] = typeof value === 'object' ? shown(value) : value;
  }
  return copy;
}

/**
 * @param {Inside['type']} type @param {boolean} extractable @param {object} algorithm @param {string[]} usages
 * @param {unknown} material
 */
export function makeKey(type, extractable, algorithm, usages, material) {
  const listed = USAGES.filter((usage) => usages.includes(usage));
  return new CryptoKey(internalKey, { type, extractable, algorithm, usages: listed, material });
}

/** @param {string} name @param {string} text */
export const failure = (name, text) => new DOMException(text, name);
export const dataError = (text) => failure('DataError', text);
export const operationError = (text) => failure('OperationError', text);
export const notSupported = (text) => failure('NotSupportedError', text);
export const invalidAccess = (text) => failure('InvalidAccessError', text);

/** Only these usages may be asked for. @param {string[]} usages @param {string[]} allowed */
export function checkUsages(usages, allowed) {
  const bad = usages.find((usage) => !allowed.includes(usage));
  if (bad !== undefined) throw failure('SyntaxError', `the key cannot be used for '${bad}'`);
}

/** A secret or private key that can be used for nothing is a mistake. */
export const noUsages = () => failure('SyntaxError', 'the usages of a secret or private key must not be empty');

/** @param {Inside} key @param {Inside['type']} type */
export function requireType(key, type) {
  if (key.type !== type) throw invalidAccess(`a ${type} key is needed, but the key given is ${key.type}`);
}
