/**
 * The one place `DOMException` comes from. The engine has it, with codes and a stack; everything here that throws one
 * imports it from this module, so that a function which replaces the global cannot change what is thrown.
 */

import { DOMException } from '../internal/intrinsics.js';
import { defineInterface, toDictionary } from '../internal/webidl.js';

export { DOMException };

/** The exception for a limit that is exceeded; a plain `DOMException` of that name in older editions of Web IDL. */
export class QuotaExceededError extends DOMException {
  /** @type {number | null} */
  #quota = null;
  /** @type {number | null} */
  #requested = null;

  /**
   * @param {string} [message]
   * @param {{ quota?: number, requested?: number }} [options]
   */
  constructor(message = '', options = undefined) {
    super(message, 'QuotaExceededError');
    const { quota, requested } = toDictionary(options, 'QuotaExceededError: argument 2');
    if (quota !== undefined) this.#quota = amount(quota);
    if (requested !== undefined) this.#requested = amount(requested);
    if (this.#quota !== null && this.#requested !== null && this.#requested < this.#quota) {
      throw new RangeError('QuotaExceededError: what was requested is within the quota');
    }
  }

  get quota() { return this.#quota; }
  get requested() { return this.#requested; }
}
defineInterface(QuotaExceededError, 'QuotaExceededError');

/** @param {unknown} value */
function amount(value) {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new TypeError('QuotaExceededError: an amount must be a finite number');
  if (number < 0) throw new RangeError('QuotaExceededError: an amount must not be negative');
  return number;
}
