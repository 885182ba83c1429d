/** `Intl.PluralRules` in American English (ECMA-402 §16). */

import { toDecimal } from './decimal.js';
import { digitOptions, readDigits, roundDigits, roundingOptions, splitDigits } from './digits.js';
import { defineFormatter, objectOptions, option, readMatcher, resolveLocale } from './locale.js';

export class PluralRules {
  #locale;
  #type;
  #digits;

  /** @param {any} [locales] @param {any} [options] */
  constructor(locales = undefined, options = undefined) {
    this.#locale = resolveLocale(locales);
    const given = objectOptions(options);
    readMatcher(given);
    this.#type = option(given, 'type', ['cardinal', 'ordinal'], 'cardinal');
    this.#digits = readDigits(given, 0, 3, false);
  }

  /** @param {any} value */
  select(value) {
    const digits = this.#digits;
    const decimal = toDecimal(Number(value));
    if (typeof decimal === 'number') return 'other';
    const [rounded, least] = roundDigits(decimal, digits);
    const [whole, fraction] = splitDigits(rounded, least, digits);
    if (this.#type === 'cardinal') return fraction === '' && /^0*1$/.test(whole) ? 'one' : 'other';
    if (fraction !== '' || /1\d$/.test(whole.padStart(2, '0'))) return 'other';
    return { 1: 'one', 2: 'two', 3: 'few' }[/** @type {1 | 2 | 3} */ (Number(whole[whole.length - 1]))] ?? 'other';
  }

  /** @param {any} start @param {any} end */
  selectRange(start, end) {
    this.#type;
    if (start === undefined || end === undefined) throw new TypeError('start and end of a range must be given');
    if (Number.isNaN(Number(start)) || Number.isNaN(Number(end))) throw new RangeError('a range cannot begin or end with NaN');
    return this.#type === 'ordinal' ? this.select(end) : 'other';
  }

  resolvedOptions() {
    const pluralCategories = this.#type === 'ordinal' ? ['few', 'one', 'two', 'other'] : ['one', 'other'];
    return { locale: this.#locale, type: this.#type, ...digitOptions(this.#digits), pluralCategories, ...roundingOptions(this.#digits) };
  }
}
defineFormatter(PluralRules, 'PluralRules');
