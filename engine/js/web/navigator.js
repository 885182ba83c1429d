/** `navigator`, as far as ECMA-429 asks for it: the name of the runtime. */

import { defineInterface } from '../internal/webidl.js';
import { internalKey, requireInternalKey } from './interfaces.js';

export class Navigator {
  #userAgent = 'Ramekin';

  /** @param {symbol} [key] */
  constructor(key = undefined) {
    requireInternalKey(key);
  }

  get userAgent() { return this.#userAgent; }
}
defineInterface(Navigator, 'Navigator');

export const navigator = new Navigator(internalKey);
