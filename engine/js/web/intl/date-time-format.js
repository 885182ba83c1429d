/** `Intl.DateTimeFormat` in American English (ECMA-402 §11). */

import { between, dateTimeParts } from './date-pattern.js';
import { callable, count, defineFormatter, flag, objectOptions, option, readMatcher, resolveLocale } from './locale.js';
import { findZone, offsetAt, zoneText } from './time-zones.js';

/** @typedef {import('./date-pattern.js').Part} Part */

const NUMERIC = ['2-digit', 'numeric'];
const TEXT = ['narrow', 'short', 'long'];
const STYLES = ['full', 'long', 'medium', 'short'];
/** The fields in the order in which they are read and shown. @type {[string, readonly string[]][]} */
const FIELDS = [
  ['weekday', TEXT], ['era', TEXT], ['year', NUMERIC], ['month', [...NUMERIC, ...TEXT]], ['day', NUMERIC], ['dayPeriod', TEXT],
  ['hour', NUMERIC], ['minute', NUMERIC], ['second', NUMERIC],
];
const DATE_FIELDS = ['weekday', 'year', 'month', 'day'];
const TIME_FIELDS = ['dayPeriod', 'hour', 'minute', 'second', 'fractionalSecondDigits'];
const ZONE_STYLES = ['short', 'long', 'shortOffset', 'longOffset', 'shortGeneric', 'longGeneric'];
/** @type {Record<string, object>} */
const DATE_STYLES = {
  full: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric', joiner: ' at ' },
  long: { year: 'numeric', month: 'long', day: 'numeric', joiner: ' at ' },
  medium: { year: 'numeric', month: 'short', day: 'numeric', joiner: ', ' },
  short: { year: '2-digit', month: 'numeric', day: 'numeric', joiner: ', ' },
};
/** @type {Record<string, object>} */
const TIME_STYLES = {
  full: { hour: 'numeric', minute: '2-digit', second: '2-digit', timeZoneName: 'long' },
  long: { hour: 'numeric', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
  medium: { hour: 'numeric', minute: '2-digit', second: '2-digit' },
  short: { hour: 'numeric', minute: '2-digit' },
};
const LATEST = 8.64e15;
const RANGE = '\u2009–\u2009';

/**
 * @param {any} options
 * @param {'date' | 'time' | 'any'} required
 * @param {'date' | 'time' | 'all'} defaults
 */
function readSettings(options, required, defaults) {
  readMatcher(options);
  for (const name of ['calendar', 'numberingSystem']) {
    const text = option(options, name, undefined, undefined);
    if (text !== undefined && !/^[a-z\d]{3,8}(?:-[a-z\d]{3,8})*$/i.test(text)) throw new RangeError(`Invalid ${name} : ${text}`);
  }
  const hour12 = flag(options, 'hour12', undefined);
  let hourCycle = option(options, 'hourCycle', ['h11', 'h12', 'h23', 'h24'], undefined);
  if (hour12 !== undefined) hourCycle = hour12 ? 'h12' : 'h23';
  const zone = findZone(options.timeZone === undefined ? 'UTC' : `${options.timeZone}`);
  /** @type {Record<string, any>} */
  let wanted = {};
  for (const [name, values] of FIELDS) {
    const style = option(options, name, values, undefined);
    if (style !== undefined) wanted[name] = style;
  }
  const fraction = count(options.fractionalSecondDigits, 'fractionalSecondDigits', 1, 3, undefined);
  if (fraction !== undefined) wanted.fractionalSecondDigits = fraction;
  const zoneStyle = option(options, 'timeZoneName', ZONE_STYLES, undefined);
  if (zoneStyle !== undefined) wanted.timeZoneName = zoneStyle;
  option(options, 'formatMatcher', ['basic', 'best fit'], 'best fit');
  const dateStyle = option(options, 'dateStyle', STYLES, undefined);
  const timeStyle = option(options, 'timeStyle', STYLES, undefined);
  if (dateStyle !== undefined || timeStyle !== undefined) {
    const [extra] = Object.keys(wanted);
    if (extra !== undefined) throw new TypeError(`Can't set option ${extra} when ${dateStyle === undefined ? 'timeStyle' : 'dateStyle'} is used`);
    if (required === 'date' && timeStyle !== undefined) throw new TypeError('Invalid option : timeStyle');
    if (required === 'time' && dateStyle !== undefined) throw new TypeError('Invalid option : dateStyle');
    wanted = { ...DATE_STYLES[dateStyle], ...TIME_STYLES[timeStyle] };
  } else {
    addDefaults(wanted, required, defaults);
  }
  if (wanted.hour !== undefined) wanted.hourCycle = hourCycle ?? 'h12';
  return { wanted, zone, dateStyle, timeStyle };
}

/** @param {Record<string, any>} wanted @param {string} required @param {string} defaults */
function addDefaults(wanted, required, defaults) {
  const has = (/** @type {string[]} */ names) => names.some((name) => wanted[name] !== undefined);
  if ((required !== 'time' && has(DATE_FIELDS)) || (required !== 'date' && has(TIME_FIELDS))) return;
  if (defaults !== 'time') Object.assign(wanted, { year: 'numeric', month: 'numeric', day: 'numeric' });
  if (defaults !== 'date') Object.assign(wanted, { hour: 'numeric', minute: '2-digit', second: '2-digit' });
}

/** @param {any} given */
function timeOf(given) {
  const time = given === undefined ? Date.now() : Math.trunc(Number(given));
  if (!(Math.abs(time) <= LATEST)) throw new RangeError('Invalid time value');
  return time + 0;
}

class DateTimeFormatClass {
  #locale;
  #settings;
  /** @type {((date: any) => string) | undefined} */
  #format;

  /**
   * @param {any} [locales]
   * @param {any} [options]
   * @param {['date' | 'time' | 'any', 'date' | 'time' | 'all']} [needs] what `toLocaleString` and its kin ask for
   */
  constructor(locales = undefined, options = undefined, needs = undefined) {
    this.#locale = resolveLocale(locales);
    const [required, defaults] = needs?.[0] === undefined ? ['any', 'date'] : needs;
    this.#settings = readSettings(objectOptions(options), /** @type {any} */ (required), /** @type {any} */ (defaults));
  }

  get format() {
    const self = this;
    self.#settings;
    return (this.#format ??= Object.defineProperty((/** @type {any} */ date = undefined) => joined(self.#parts(timeOf(date))), 'name', { value: '' }));
  }

  /** @param {any} [date] */
  formatToParts(date = undefined) {
    this.#settings;
    return this.#parts(timeOf(date));
  }

  /** @param {any} start @param {any} end */
  formatRange(start, end) {
    return joined(this.#range(start, end));
  }

  /** @param {any} start @param {any} end */
  formatRangeToParts(start, end) {
    return this.#range(start, end);
  }

  resolvedOptions() {
    const { wanted, zone, dateStyle, timeStyle } = this.#settings;
    const options = { locale: this.#locale, calendar: 'gregory', numberingSystem: 'latn', timeZone: zone.name };
    const { hourCycle } = wanted;
    if (hourCycle !== undefined) Object.assign(options, { hourCycle, hour12: hourCycle === 'h12' || hourCycle === 'h11' });
    if (dateStyle !== undefined || timeStyle !== undefined) {
      return { ...options, ...(dateStyle === undefined ? {} : { dateStyle }), ...(timeStyle === undefined ? {} : { timeStyle }) };
    }
    for (const name of [...FIELDS.map(([field]) => field), 'fractionalSecondDigits', 'timeZoneName']) {
      if (wanted[name] !== undefined) Object.assign(options, { [name]: shownStyle(name, wanted) });
    }
    return options;
  }

  /** @param {number} time @param {any} [wanted] @returns {Part[]} */
  #parts(time, wanted = this.#settings.wanted) {
    const { zone } = this.#settings;
    const [seconds, summer] = offsetAt(zone, time);
    const style = wanted.timeZoneName;
    return dateTimeParts(fieldsOf(time + seconds * 1000), wanted, style === undefined ? undefined : zoneText(zone, seconds, summer, style));
  }

  /** @param {any} start @param {any} end */
  #range(start, end) {
    const { wanted } = this.#settings;
    if (start === undefined || end === undefined) throw new TypeError('startDate or endDate cannot be undefined');
    const [from, to] = [timeOf(start), timeOf(end)];
    const share = (/** @type {Part[]} */ parts, /** @type {string} */ source) => parts.map((part) => ({ ...part, source }));
    const [first, second] = [this.#parts(from), this.#parts(to)];
    if (joined(first) === joined(second)) return share(first, 'shared');
    const dash = { type: 'literal', value: RANGE, source: 'shared' };
    const date = Object.fromEntries(Object.entries(wanted).filter(([name]) => !TIME_FIELDS.includes(name) && name !== 'timeZoneName' && name !== 'hourCycle'));
    const time = Object.fromEntries(Object.entries(wanted).filter(([name]) => TIME_FIELDS.includes(name) || name === 'timeZoneName' || name === 'hourCycle'));
    if (wanted.hour !== undefined && DATE_FIELDS.some((name) => wanted[name] !== undefined)) {
      const day = this.#parts(from, date);
      if (joined(day) === joined(this.#parts(to, date))) {
        const gap = { type: 'literal', value: between(wanted), source: 'shared' };
        const bare = { ...time, timeZoneName: undefined };
        return [...share(day, 'shared'), gap, ...share(this.#parts(from, bare), 'startRange'), dash, ...share(this.#parts(to, time), 'endRange')];
      }
    }
    return [...share(first, 'startRange'), dash, ...share(second, 'endRange')];
  }
}
defineFormatter(DateTimeFormatClass, 'DateTimeFormat');
Object.defineProperty(DateTimeFormatClass, 'name', { value: 'DateTimeFormat' });
export const DateTimeFormat = callable(DateTimeFormatClass);

/** For `toLocaleString` and its kin. @param {any} locales @param {any} options @param {any} required @param {any} defaults */
export function dateFormat(locales, options, required, defaults) {
  return new DateTimeFormatClass(locales, options, [required, defaults]);
}

/** The style in which a field is shown, which may be another than the one asked for. @param {string} name @param {any} wanted */
function shownStyle(name, wanted) {
  if (name === 'minute' && (wanted.hour !== undefined || wanted.second !== undefined)) return '2-digit';
  if (name === 'second' && (wanted.hour !== undefined || wanted.minute !== undefined)) return '2-digit';
  if (name === 'hour' && (wanted.hourCycle === 'h23' || wanted.hourCycle === 'h24')) return '2-digit';
  return wanted[name];
}

/** @param {Part[]} parts */
function joined(parts) {
  let text = '';
  for (const part of parts) text += part.value;
  return text;
}

/** @param {number} local @returns {import('./date-pattern.js').Fields} */
function fieldsOf(local) {
  const date = new Date(local);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
}
