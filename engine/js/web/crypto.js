/**
 * The part of Web Cryptography that needs no keys: random values and UUIDs. `crypto.subtle` exists, and each of its
 * methods says by name that it is not available.
 *
 * Randomness is asked for in a call only: drawn while a module is evaluated ahead of time, it would be the same in
 * every instance restored from that image.
 */

import { randomFill, randomUuid, requireCall } from 'native';
import { defineInterface, requireArguments } from '../internal/webidl.js';
import { DOMException, QuotaExceededError } from './dom-exception.js';
import { internalKey, requireInternalKey } from './interfaces.js';

const QUOTA = 65536;

const typedArrayTag = /** @type {() => string | undefined} */ (
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get);

export class SubtleCrypto {
  /** @param {symbol} [key] */
  constructor(key = undefined) {
    requireInternalKey(key);
  }

  static {
    const methods = {
      decrypt: 3, deriveBits: 2, deriveKey: 5, digest: 2, encrypt: 3, exportKey: 2, generateKey: 3, importKey: 5, sign: 3,
      unwrapKey: 7, verify: 4, wrapKey: 4,
    };
    for (const [name, length] of Object.entries(methods)) {
      const { [name]: method } = {
        async [name]() {
          throw new DOMException(`crypto.subtle.${name} is not available in this version of Ramekin`, 'NotSupportedError');
        },
      };
      Object.defineProperty(method, 'length', { value: length, configurable: true });
      Object.defineProperty(this.prototype, name, { value: method, writable: true, configurable: true });
    }
  }
}
defineInterface(SubtleCrypto, 'SubtleCrypto');

export class Crypto {
  #subtle = new SubtleCrypto(internalKey);

  /** @param {symbol} [key] */
  constructor(key = undefined) {
    requireInternalKey(key);
  }

  get subtle() { return this.#subtle; }

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
