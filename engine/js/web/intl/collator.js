/**
 * `Intl.Collator` in American English (ECMA-402 §10): by base letters first, then by accents, then by case, in the order of
 * the Unicode root collation for Latin text; other scripts follow by code point.
 */

import { callable, defineFormatter, flag, objectOptions, option, readMatcher, resolveLocale } from './locale.js';

/** What comes before digits and letters, in its order. */
const SIGNS = '_-‐‑–—,;:!?.…·\'‘’"“”()[]{}§¶@*/\\&#%†‡•`´^¨°©®+±÷×<=>|¦~¤¢$£¥€';
const DIGIT = 1000;
const LETTER = 2000;
/** Letters that do not decompose. @type {Record<string, string>} */
const LETTERS = { __proto__: null, ß: 'ss', ẞ: 'SS', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE', ø: 'o', Ø: 'O', ł: 'l', Ł: 'L', đ: 'd', Đ: 'D', ı: 'i' };
const MARK = /\p{M}/u;
const SPACE = /\s/;
const PUNCTUATION = /[\p{P}\s]/u;

/**
 * One step of a text: weight of the base, marks on it, and whether it is a capital.
 * @typedef {{ weight: number, marks: string, capital: boolean, number: string }} Element
 */

/** @param {string} text @param {boolean} numeric @param {boolean} ignorePunctuation @returns {Element[]} */
function elementsOf(text, numeric, ignorePunctuation) {
  /** @type {Element[]} */
  const elements = [];
  for (const character of text.normalize('NFD')) {
    if (MARK.test(character)) {
      const last = elements[elements.length - 1];
      if (last !== undefined) last.marks += character;
      continue;
    }
    if (ignorePunctuation && PUNCTUATION.test(character)) continue;
    const spelled = LETTERS[character];
    for (const base of spelled ?? character) {
      if (base >= '0' && base <= '9') addDigit(elements, base, numeric);
      else elements.push({ weight: weightOf(base), marks: spelled === undefined ? '' : '\u0335', capital: base !== base.toLowerCase(), number: '' });
    }
  }
  return elements;
}

/** @param {Element[]} elements @param {string} digit @param {boolean} numeric */
function addDigit(elements, digit, numeric) {
  const last = elements[elements.length - 1];
  if (numeric && last?.weight === DIGIT) last.number = last.number === '0' ? digit : last.number + digit;
  else elements.push({ weight: numeric ? DIGIT : DIGIT + digit.charCodeAt(0), marks: '', capital: false, number: numeric ? digit : '' });
}

/** @param {string} character */
function weightOf(character) {
  if (SPACE.test(character)) return 1;
  const sign = SIGNS.indexOf(character);
  if (sign >= 0) return 2 + sign;
  const lower = character.toLowerCase();
  const code = /** @type {number} */ (lower.codePointAt(0));
  return /[\p{L}\p{N}]/u.test(character) ? LETTER + code : 500 + code / 0x110000;
}

const ASCII = /^[\0-\x7f]*$/;
/** Weight of each ASCII character, twice, and one more for a capital. @type {number[]} */
const asciiOrder = [];
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  const weight = character >= '0' && character <= '9' ? DIGIT + code : Math.round(weightOf(character));
  asciiOrder.push(weight * 2 + (character !== character.toLowerCase() ? 1 : 0));
}

/** What `#order` does, for plain text: most of it is. @param {string} one @param {string} other */
function compareAscii(one, other) {
  const shared = Math.min(one.length, other.length);
  let cases = 0;
  for (let at = 0; at < shared; at++) {
    const a = asciiOrder[one.charCodeAt(at)];
    const b = asciiOrder[other.charCodeAt(at)];
    if (a === b) continue;
    if (a >> 1 !== b >> 1) return a < b ? -1 : 1;
    if (cases === 0) cases = a - b;
  }
  return one.length === other.length ? cases : one.length < other.length ? -1 : 1;
}

/** @param {Element} one @param {Element} other */
function compareBase(one, other) {
  if (one.weight !== other.weight) return one.weight - other.weight;
  if (one.number === other.number) return 0;
  return one.number.length - other.number.length || (one.number < other.number ? -1 : 1);
}

class CollatorClass {
  #locale;
  #usage;
  #sensitivity;
  #ignorePunctuation;
  #numeric;
  #caseFirst;
  /** @type {((one: any, other: any) => number) | undefined} */
  #compare;

  /** @param {any} [locales] @param {any} [options] */
  constructor(locales = undefined, options = undefined) {
    this.#locale = resolveLocale(locales);
    const given = objectOptions(options);
    this.#usage = option(given, 'usage', ['sort', 'search'], 'sort');
    readMatcher(given);
    option(given, 'collation', undefined, undefined);
    const asked = typeof locales === 'string' ? locales : Array.isArray(locales) ? `${locales[0] ?? ''}` : '';
    this.#numeric = flag(given, 'numeric', /-u-(?:.*-)?kn(?:-true)?(?:-|$)/.test(asked) && !/-kn-false/.test(asked));
    this.#caseFirst = option(given, 'caseFirst', ['upper', 'lower', 'false'], 'false');
    this.#sensitivity = option(given, 'sensitivity', ['base', 'accent', 'case', 'variant'], 'variant');
    this.#ignorePunctuation = flag(given, 'ignorePunctuation', false);
  }

  get compare() {
    const self = this;
    self.#usage;
    return (this.#compare ??= Object.defineProperty((/** @type {any} */ one, /** @type {any} */ other) => self.#order(`${one}`, `${other}`), 'name', { value: '' }));
  }

  resolvedOptions() {
    return {
      locale: this.#locale,
      usage: this.#usage,
      sensitivity: this.#sensitivity,
      ignorePunctuation: this.#ignorePunctuation,
      collation: 'default',
      numeric: this.#numeric,
      caseFirst: this.#caseFirst,
    };
  }

  /** @param {string} one @param {string} other */
  #order(one, other) {
    if (one === other) return 0;
    const usual = !this.#numeric && !this.#ignorePunctuation && this.#sensitivity === 'variant' && this.#caseFirst !== 'upper';
    if (usual && ASCII.test(one) && ASCII.test(other)) return compareAscii(one, other);
    const first = elementsOf(one, /** @type {boolean} */ (this.#numeric), /** @type {boolean} */ (this.#ignorePunctuation));
    const second = elementsOf(other, /** @type {boolean} */ (this.#numeric), /** @type {boolean} */ (this.#ignorePunctuation));
    const sensitivity = this.#sensitivity;
    let marks = 0;
    let cases = 0;
    const shared = Math.min(first.length, second.length);
    for (let at = 0; at < shared; at++) {
      const [a, b] = [first[at], second[at]];
      const base = compareBase(a, b);
      if (base !== 0) return base < 0 ? -1 : 1;
      if (marks === 0 && a.marks !== b.marks) marks = a.marks < b.marks ? -1 : 1;
      if (cases === 0 && a.capital !== b.capital) cases = a.capital ? 1 : -1;
    }
    if (first.length !== second.length) return first.length < second.length ? -1 : 1;
    if (this.#caseFirst === 'upper') cases = -cases;
    if (marks !== 0 && (sensitivity === 'accent' || sensitivity === 'variant')) return marks;
    return sensitivity === 'case' || sensitivity === 'variant' ? cases + 0 : 0;
  }
}
defineFormatter(CollatorClass, 'Collator');
Object.defineProperty(CollatorClass, 'name', { value: 'Collator' });
export const Collator = callable(CollatorClass);
