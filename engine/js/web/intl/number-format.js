/** `Intl.NumberFormat` in American English (ECMA-402 §15). */

import { magnitude, shifted, toDecimal } from './decimal.js';
import { digitOptions, readDigits, roundDigits, roundingOptions, splitDigits } from './digits.js';
import { DIGITS, NAMES, NARROW_SYMBOLS, SYMBOLS } from './currencies.js';
import { callable, defineFormatter, objectOptions, option, readMatcher, resolveLocale } from './locale.js';
import { UNITS } from './units.js';

/** @typedef {{ type: string, value: string }} Part */
/** @typedef {import('./decimal.js').Decimal} Decimal */

const COMPACT = { short: ['', 'K', 'M', 'B', 'T'], long: ['', 'thousand', 'million', 'billion', 'trillion'] };
/** A currency symbol that ends in this stands apart from its number. */
const NEEDS_SPACE = /[^\p{S}\p{Z}]$/u;

/** @param {any} options */
function readSettings(options) {
  const style = option(options, 'style', ['decimal', 'percent', 'currency', 'unit'], 'decimal');
  let currency = option(options, 'currency', undefined, undefined);
  if (currency !== undefined && !/^[a-z]{3}$/i.test(currency)) throw new RangeError(`Invalid currency code : ${currency}`);
  if (style === 'currency' && currency === undefined) throw new TypeError('Currency code is required with currency style.');
  currency = currency?.toUpperCase();
  const currencyDisplay = option(options, 'currencyDisplay', ['code', 'symbol', 'narrowSymbol', 'name'], 'symbol');
  const currencySign = option(options, 'currencySign', ['standard', 'accounting'], 'standard');
  const unit = option(options, 'unit', undefined, undefined);
  if (unit !== undefined && !isUnit(unit)) throw new RangeError(`Invalid unit argument for Intl.NumberFormat() '${unit}'`);
  if (style === 'unit' && unit === undefined) throw new TypeError('Unit is required with unit style.');
  const unitDisplay = option(options, 'unitDisplay', ['short', 'narrow', 'long'], 'short');
  const notation = option(options, 'notation', ['standard', 'scientific', 'engineering', 'compact'], 'standard');
  const cash = style === 'currency' && notation === 'standard' ? Number(DIGITS[currency] ?? 2) : undefined;
  const digits = readDigits(options, cash ?? 0, cash ?? (style === 'percent' ? 0 : 3), notation === 'compact');
  const compactDisplay = option(options, 'compactDisplay', ['short', 'long'], 'short');
  const grouping = readGrouping(options.useGrouping, notation === 'compact' ? 'min2' : 'auto');
  const signDisplay = option(options, 'signDisplay', ['auto', 'never', 'always', 'exceptZero', 'negative'], 'auto');
  return { style, currency, currencyDisplay, currencySign, unit, unitDisplay, notation, digits, compactDisplay, grouping, signDisplay };
}

/** @param {any} given @param {string} fallback @returns {string | false} */
function readGrouping(given, fallback) {
  if (given === undefined || given === 'true' || given === 'false') return fallback;
  if (given === true) return 'always';
  if (!given) return false;
  const text = `${given}`;
  if (!['min2', 'auto', 'always'].includes(text)) throw new RangeError(`Value ${text} out of range for Intl options property useGrouping`);
  return text;
}

/** @param {string} unit */
function isUnit(unit) {
  if (unit in UNITS) return true;
  const [one, other, more] = unit.split('-per-');
  return more === undefined && other !== undefined && one in UNITS && other in UNITS;
}

/** @param {string} text "one/other", or the same for both @param {boolean} one */
export function plural(text, one) {
  const [single, many = single] = text.split('/');
  return one ? single : many;
}

class NumberFormatClass {
  #locale;
  #settings;
  /** @type {((value: any) => string) | undefined} */
  #format;

  /** @param {any} [locales] @param {any} [options] */
  constructor(locales = undefined, options = undefined) {
    this.#locale = resolveLocale(locales);
    const given = objectOptions(options);
    readMatcher(given);
    this.#settings = readSettings(given);
  }

  get format() {
    const self = this;
    self.#settings;
    // The function of each object is one and the same, and has no name.
    return (this.#format ??= Object.defineProperty((/** @type {any} */ value) => joined(self.#parts(toDecimal(value))), 'name', { value: '' }));
  }

  /** @param {any} value */
  formatToParts(value) {
    return this.#parts(toDecimal(value));
  }

  /** @param {any} start @param {any} end */
  formatRange(start, end) {
    return joined(this.#range(start, end));
  }

  /** @param {any} start @param {any} end */
  formatRangeToParts(start, end) {
    return this.#range(start, end);
  }

  /** @param {any} start @param {any} end */
  #range(start, end) {
    if (start === undefined || end === undefined) throw new TypeError('start and end of a range must be given');
    const [from, to] = [toDecimal(start), toDecimal(end)];
    if (Number.isNaN(from) || Number.isNaN(to)) throw new RangeError('a range cannot begin or end with NaN');
    const [first, second] = [this.#parts(from), this.#parts(to)];
    const share = (/** @type {Part[]} */ parts, /** @type {string} */ source) => parts.map((part) => ({ ...part, source }));
    if (joined(first) === joined(second)) return share([{ type: 'approximatelySign', value: '~' }, ...first], 'shared');
    const between = this.#settings.style === 'decimal' ? '–' : ' – ';
    return [...share(first, 'startRange'), { type: 'literal', value: between, source: 'shared' }, ...share(second, 'endRange')];
  }

  resolvedOptions() {
    const { style, currency, currencyDisplay, currencySign, unit, unitDisplay, notation, digits, compactDisplay, grouping, signDisplay } = this.#settings;
    return {
      locale: this.#locale,
      numberingSystem: 'latn',
      style,
      ...(style === 'currency' ? { currency, currencyDisplay, currencySign } : {}),
      ...(style === 'unit' ? { unit, unitDisplay } : {}),
      ...digitOptions(digits),
      useGrouping: grouping,
      notation,
      ...(notation === 'compact' ? { compactDisplay } : {}),
      signDisplay,
      ...roundingOptions(digits),
    };
  }

  /** @param {Decimal | number} value @returns {Part[]} */
  #parts(value) {
    const settings = this.#settings;
    /** @type {Part[]} */
    let parts;
    let negative, zero, one = false;
    if (typeof value === 'number') {
      negative = value < 0;
      zero = Number.isNaN(value);
      parts = [Number.isNaN(value) ? { type: 'nan', value: 'NaN' } : { type: 'infinity', value: '∞' }];
    } else {
      const decimal = settings.style === 'percent' ? shifted(value, 2) : value;
      const number = notated(decimal, settings);
      parts = numberParts(number, settings);
      negative = value.negative;
      zero = number.zero;
      one = number.whole === '1' && number.fraction === '' && number.exponent === 0;
    }
    return signed(decorated(parts, one, settings), signOf(negative, zero, settings.signDisplay), settings);
  }
}

/** @param {Part[]} parts */
function joined(parts) {
  let text = '';
  for (const part of parts) text += part.value;
  return text;
}

/** The digits in their notation. @param {Decimal} decimal @param {any} settings */
function notated(decimal, settings) {
  const { digits, notation } = settings;
  let exponent = exponentOf(decimal, notation);
  let [rounded, least] = roundDigits(shifted(decimal, -exponent), digits);
  if (notation !== 'standard' && rounded.units !== 0n) {
    // Rounding may make ten of nine.
    const grown = exponentOf(shifted(rounded, exponent), notation);
    if (grown !== exponent) {
      exponent = grown;
      [rounded, least] = roundDigits(shifted(decimal, -exponent), digits);
    }
  }
  const [whole, fraction] = splitDigits(rounded, least, digits);
  return { whole, fraction, exponent, zero: rounded.units === 0n };
}

/** @param {Decimal} decimal @param {string} notation */
function exponentOf(decimal, notation) {
  const power = magnitude(decimal);
  switch (notation) {
    case 'scientific': return power;
    case 'engineering': return Math.floor(power / 3) * 3;
    case 'compact': return Math.min(Math.max(Math.floor(power / 3) * 3, 0), 12);
    default: return 0;
  }
}

/** @param {{ whole: string, fraction: string, exponent: number }} number @param {any} settings @returns {Part[]} */
function numberParts({ whole, fraction, exponent }, { grouping, notation, compactDisplay }) {
  const parts = grouped(whole, grouping);
  if (fraction !== '') parts.push({ type: 'decimal', value: '.' }, { type: 'fraction', value: fraction });
  if (notation === 'compact') {
    if (exponent > 0) {
      if (compactDisplay === 'long') parts.push({ type: 'literal', value: ' ' });
      parts.push({ type: 'compact', value: COMPACT[/** @type {'short' | 'long'} */ (compactDisplay)][exponent / 3] });
    }
  } else if (notation !== 'standard') {
    parts.push({ type: 'exponentSeparator', value: 'E' });
    if (exponent < 0) parts.push({ type: 'exponentMinusSign', value: '-' });
    parts.push({ type: 'exponentInteger', value: `${Math.abs(exponent)}` });
  }
  return parts;
}

/** @param {string} whole @param {string | false} grouping @returns {Part[]} */
function grouped(whole, grouping) {
  const least = grouping === false ? Infinity : grouping === 'min2' ? 5 : 4;
  if (whole.length < least) return [{ type: 'integer', value: whole }];
  const first = whole.length % 3 || 3;
  const parts = [{ type: 'integer', value: whole.slice(0, first) }];
  for (let at = first; at < whole.length; at += 3) parts.push({ type: 'group', value: ',' }, { type: 'integer', value: whole.slice(at, at + 3) });
  return parts;
}

/** With what the style puts around it. @param {Part[]} parts @param {boolean} one @param {any} settings @returns {Part[]} */
function decorated(parts, one, settings) {
  switch (settings.style) {
    case 'percent':
      return [...parts, { type: 'percentSign', value: '%' }];
    case 'currency':
      return withCurrency(parts, one, settings);
    case 'unit':
      return withUnit(parts, one, settings);
    default:
      return parts;
  }
}

/** @param {Part[]} parts @param {boolean} one @param {any} settings @returns {Part[]} */
function withCurrency(parts, one, { currency, currencyDisplay }) {
  if (currencyDisplay === 'name') {
    return [...parts, { type: 'literal', value: ' ' }, { type: 'currency', value: plural(NAMES[currency] ?? currency, one) }];
  }
  let symbol = currency;
  if (currencyDisplay !== 'code') symbol = (currencyDisplay === 'narrowSymbol' ? NARROW_SYMBOLS[currency] : undefined) ?? SYMBOLS[currency] ?? currency;
  const apart = NEEDS_SPACE.test(symbol) ? [{ type: 'literal', value: '\u00a0' }] : [];
  return [{ type: 'currency', value: symbol }, ...apart, ...parts];
}

/** @param {Part[]} parts @param {boolean} one @param {any} settings @returns {Part[]} */
function withUnit(parts, one, { unit, unitDisplay }) {
  const text = unitText(unit, unitDisplay, one);
  const gap = /^ /.test(text) ? [{ type: 'literal', value: ' ' }] : [];
  const before = unit === 'pound' && unitDisplay === 'narrow' ? '#' : text.trimStart();
  return [...parts, ...gap, { type: unit === 'percent' && unitDisplay !== 'long' ? 'percentSign' : 'unit', value: before }];
}

/** @param {string} unit @param {string} display @param {boolean} one */
function unitText(unit, display, one) {
  const own = unitForm(unit, display, one);
  if (own !== undefined) return own;
  const [of, per] = unit.split('-per-');
  if (of === 'mile' && per === 'gallon' && display !== 'long') return display === 'short' ? ' mpg' : 'mpg';
  if (of === 'mile' && per === 'hour' && display !== 'long') return display === 'short' ? ' mph' : 'mph';
  const below = /** @type {string} */ (unitForm(per, display === 'long' ? 'long' : PER[per] === undefined ? display : 'short', true)).trim();
  const above = unitForm(of, display, one);
  return display === 'long' ? `${above} per ${below}` : `${above}/${PER[per] ?? below}`;
}

/** Units that are shorter below a stroke. @type {Record<string, string>} */
const PER = { __proto__: null, second: 's', minute: 'min', hour: 'h', day: 'd', week: 'w', month: 'm', year: 'y' };

/** @param {string} unit @param {string} display @param {boolean} one @returns {string | undefined} */
function unitForm(unit, display, one) {
  const forms = UNITS[unit]?.split('|')[['short', 'long', 'narrow'].indexOf(display)];
  return forms === undefined ? undefined : plural(forms, one);
}

/** @param {boolean} negative @param {boolean} zero @param {string} display */
function signOf(negative, zero, display) {
  switch (display) {
    case 'never': return '';
    case 'always': return negative ? '-' : '+';
    case 'exceptZero': return zero ? '' : negative ? '-' : '+';
    case 'negative': return negative && !zero ? '-' : '';
    default: return negative ? '-' : '';
  }
}

/** @param {Part[]} parts @param {string} sign @param {any} settings @returns {Part[]} */
function signed(parts, sign, { style, currencySign, currencyDisplay }) {
  if (sign === '') return parts;
  if (sign === '-' && style === 'currency' && currencySign === 'accounting' && currencyDisplay !== 'name') {
    return [{ type: 'literal', value: '(' }, ...parts, { type: 'literal', value: ')' }];
  }
  return [{ type: sign === '-' ? 'minusSign' : 'plusSign', value: sign }, ...parts];
}

defineFormatter(NumberFormatClass, 'NumberFormat');
Object.defineProperty(NumberFormatClass, 'name', { value: 'NumberFormat' });
export const NumberFormat = callable(NumberFormatClass);
