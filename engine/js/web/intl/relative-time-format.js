/** `Intl.RelativeTimeFormat` in American English (ECMA-402 §17). */

import { defineFormatter, objectOptions, option, readMatcher, resolveLocale } from './locale.js';
import { NumberFormat, plural } from './number-format.js';

/** Long, short and narrow form, each with its plural. @type {Record<string, string>} */
const UNITS = {
  second: 'second/seconds|sec.|s',
  minute: 'minute/minutes|min.|m',
  hour: 'hour/hours|hr.|h',
  day: 'day/days|day/days|d',
  week: 'week/weeks|wk.|w',
  month: 'month/months|mo.|mo',
  quarter: 'quarter/quarters|qtr./qtrs.|q',
  year: 'year/years|yr.|y',
};
const STYLES = ['long', 'short', 'narrow'];

export class RelativeTimeFormat {
  #locale;
  #style;
  #numeric;
  #numbers;

  /** @param {any} [locales] @param {any} [options] */
  constructor(locales = undefined, options = undefined) {
    this.#locale = resolveLocale(locales);
    const given = objectOptions(options);
    readMatcher(given);
    this.#style = option(given, 'style', STYLES, 'long');
    this.#numeric = option(given, 'numeric', ['always', 'auto'], 'always');
    this.#numbers = new NumberFormat('en-US');
  }

  /** @param {any} value @param {any} unit */
  format(value, unit) {
    return this.formatToParts(value, unit).map((part) => part.value).join('');
  }

  /** @param {any} value @param {any} unit @returns {{ type: string, value: string, unit?: string }[]} */
  formatToParts(value, unit) {
    const style = STYLES.indexOf(this.#style);
    const number = Number(value);
    const name = unitName(`${unit}`);
    if (!Number.isFinite(number)) throw new RangeError('The value need to be finite number for Intl.RelativeTimeFormat.prototype.format()');
    if (this.#numeric === 'auto') {
      const word = wordFor(number, name, style);
      if (word !== undefined) return [{ type: 'literal', value: word }];
    }
    const past = number < 0 || Object.is(number, -0);
    const amount = Math.abs(number);
    const parts = this.#numbers.formatToParts(amount).map((/** @type {any} */ part) => ({ ...part, unit: name }));
    const [one] = [this.#numbers.format(amount) === '1'];
    const text = `${style === 2 ? '' : ' '}${plural(UNITS[name].split('|')[style], one)}`;
    return past
      ? [...parts, { type: 'literal', value: `${text} ago` }]
      : [{ type: 'literal', value: 'in ' }, ...parts, { type: 'literal', value: text }];
  }

  resolvedOptions() {
    return { locale: this.#locale, style: this.#style, numeric: this.#numeric, numberingSystem: 'latn' };
  }
}
defineFormatter(RelativeTimeFormat, 'RelativeTimeFormat');

/** @param {string} unit */
function unitName(unit) {
  const name = unit.endsWith('s') ? unit.slice(0, -1) : unit;
  if (!Object.hasOwn(UNITS, name)) throw new RangeError(`Invalid unit argument for format() '${unit}'`);
  return name;
}

/** @param {number} value @param {string} unit @param {number} style */
function wordFor(value, unit, style) {
  if (Object.is(value, -0)) value = 0;
  if (unit === 'second') return value === 0 ? 'now' : undefined;
  if (unit === 'day') return { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }[`${value}`];
  if (value !== 0 && Math.abs(value) !== 1) return undefined;
  if (unit === 'hour' || unit === 'minute') return value === 0 ? `this ${unit}` : undefined;
  const name = style === 0 ? unit : { week: 'wk.', month: 'mo.', quarter: 'qtr.', year: 'yr.' }[unit];
  return `${value === 0 ? 'this' : value < 0 ? 'last' : 'next'} ${name}`;
}
