/**
 * The part of Web Cryptography that needs no keys: random values and UUIDs. `crypto.subtle` is loaded at its first use.
 *
 * Randomness is asked for in a call only: drawn while a module is evaluated ahead of time, it would be the same in
 * every instance restored from that image.
 */

import { randomFill, randomUuid, requireCall } from 'native';
import { subtle } from '../internal/lazy.js';
import { defineInterface, requireArguments } from '../internal/webidl.js';
import { DOMException, QuotaExceededError } from './dom-exception.js';
import { internalKey, requireInternalKey } from './interfaces.js';

const QUOTA = 65536;

const typedArrayTag = /** @type {() => string | undefined} */ (
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get);

export class Crypto {
  /** Loaded when it is asked for. */
  #subtle;

  /** @param {symbol} [key] */
  constructor(key = undefined) {
    requireInternalKey(key);
  }

  get subtle() { return (this.#subtle ??= new (subtle().SubtleCrypto)(internalKey)); }

  /**
   * @template {ArrayBufferView} T
   * @param {T} array
   * @returns {T}
   */
  getRandomValues(array) {
    if (!(#subtle in this)) throw new TypeError('Illegal invocation');
    requireArguments(arguments.length, 1, 'Crypto.getRandomValues');
    if (!ArrayBuffer.isView(array)) {
      throw new TypeError("Crypto.getRandomValues: argument 1 is not of type 'ArrayBufferView'");
    }
    const kind = Reflect.apply(typedArrayTag, array, []);
    if (kind === undefined || kind.startsWith('Float')) {
      throw new DOMException('Crypto.getRandomValues: the array must be an integer typed array', 'TypeMismatchError');
    }
    if (array.byteLength > QUOTA) {
      throw new QuotaExceededError(
        `Crypto.getRandomValues: ${array.byteLength} bytes asked for, but at most ${QUOTA} are given at a time`,
      );
    }
    requireCall('crypto');
    if (kind === 'Uint8Array') randomFill(/** @type {any} */ (array));
    else randomFill(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return array;
  }

  /** @returns {string} */
  randomUUID() {
    if (!(#subtle in this)) throw new TypeError('Illegal invocation');
    requireCall('crypto');
    return randomUuid();
  }
}
defineInterface(Crypto, 'Crypto');

export const crypto = new Crypto(internalKey);
