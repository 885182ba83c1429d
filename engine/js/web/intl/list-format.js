/** `Intl.ListFormat` in American English (ECMA-402 §13). */

import { defineFormatter, option, readMatcher, resolveLocale, strictOptions } from './locale.js';

/** By type and style: between two, between the first ones of more, before the last of more. @type {Record<string, [string, string, string]>} */
const PATTERNS = {
  'conjunction long': [' and ', ', ', ', and '],
  'conjunction short': [' & ', ', ', ', & '],
  'conjunction narrow': [', ', ', ', ', '],
  'disjunction long': [' or ', ', ', ', or '],
  'disjunction short': [' or ', ', ', ', or '],
  'disjunction narrow': [' or ', ', ', ', or '],
  'unit long': [', ', ', ', ', '],
  'unit short': [', ', ', ', ', '],
  'unit narrow': [' ', ' ', ' '],
};

export class ListFormat {
  #locale;
  #type;
  #style;

  /** @param {any} [locales] @param {any} [options] */
  constructor(locales = undefined, options = undefined) {
    this.#locale = resolveLocale(locales);
    const given = strictOptions(options);
    readMatcher(given);
    this.#type = option(given, 'type', ['conjunction', 'disjunction', 'unit'], 'conjunction');
    this.#style = option(given, 'style', ['long', 'short', 'narrow'], 'long');
  }

  /** @param {Iterable<string>} list */
  format(list) {
    return this.formatToParts(list).map((part) => part.value).join('');
  }

  /** @param {Iterable<string>} list */
  formatToParts(list) {
    const [pair, middle, last] = PATTERNS[`${this.#type} ${this.#style}`];
    const items = list === undefined ? [] : [...list];
    for (const item of items) if (typeof item !== 'string') throw new TypeError('Iterable yielded a value which is not a string');
    /** @type {{ type: string, value: string }[]} */
    const parts = [];
    items.forEach((value, index) => {
      if (index > 0) parts.push({ type: 'literal', value: items.length === 2 ? pair : index === items.length - 1 ? last : middle });
      parts.push({ type: 'element', value });
    });
    return parts;
  }

  resolvedOptions() {
    return { locale: this.#locale, type: this.#type, style: this.#style };
  }
}
defineFormatter(ListFormat, 'ListFormat');
