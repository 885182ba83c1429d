/** What all of `Intl` needs of locales and options. There is one locale: American English. */

const TAG = new RegExp('^(?:[a-z]{2,3}|[a-z]{5,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\\d{3}))?(?:-(?:[a-z\\d]{5,8}|\\d[a-z\\d]{3}))*'
  + '(?:-[a-wy-z\\d](?:-[a-z\\d]{2,8})+)*(?:-x(?:-[a-z\\d]{1,8})+)?$', 'i');

/** @param {string} tag */
function canonical(tag) {
  if (!TAG.test(tag)) throw new RangeError(`Incorrect locale information provided: ${JSON.stringify(tag)}`);
  let extension = false;
  return tag.split('-').map((part, index) => {
    const lower = part.toLowerCase();
    extension ||= index > 0 && part.length === 1;
    if (extension || index === 0) return lower;
    if (part.length === 4 && !/^\d/.test(part)) return lower[0].toUpperCase() + lower.slice(1);
    return part.length === 2 ? part.toUpperCase() : lower;
  }).join('-');
}

/** @param {any} locales @returns {string[]} */
export function canonicalLocales(locales) {
  if (locales === undefined) return [];
  const list = typeof locales === 'string' ? [locales] : Object(locales);
  if (locales === null) throw new TypeError('Cannot convert null to a list of locales');
  const tags = [];
  const length = Math.min(Math.max(Math.trunc(Number(list.length)) || 0, 0), Number.MAX_SAFE_INTEGER);
  for (let index = 0; index < length; index++) {
    if (!(index in list)) continue;
    const tag = list[index];
    if (typeof tag !== 'string' && (typeof tag !== 'object' || tag === null)) throw new TypeError('A locale must be a string or an object');
    const name = canonical(`${tag}`);
    if (!tags.includes(name)) tags.push(name);
  }
  return tags;
}

/** The locale that a formatter has: American English, whatever is asked for. @param {any} locales */
export function resolveLocale(locales) {
  const asked = canonicalLocales(locales).find((tag) => /^en(?:-|$)/.test(tag));
  return asked === 'en' || asked?.startsWith('en-u-') ? 'en' : 'en-US';
}

/** @param {any} locales @param {any} options */
function supportedLocalesOf(locales, options) {
  if (options !== undefined) option(objectOptions(options), 'localeMatcher', MATCHERS, 'best fit');
  return canonicalLocales(locales).filter((tag) => /^en(?:-US)?(?:-u-|$)/.test(tag));
}

/** Options that are read one by one. @param {any} options @returns {any} */
export function objectOptions(options) {
  if (options === undefined) return { __proto__: null };
  if (options === null) throw new TypeError('Cannot convert null to an object');
  return Object(options);
}

/** As newer constructors have it: anything but an object is refused. @param {any} options @returns {any} */
export function strictOptions(options) {
  if (options === undefined) return { __proto__: null };
  if (typeof options !== 'object' && typeof options !== 'function' || options === null) throw new TypeError('The options must be an object');
  return options;
}

const MATCHERS = ['lookup', 'best fit'];

/** Reads what chooses a locale, and changes nothing here. @param {any} options */
export function readMatcher(options) {
  option(options, 'localeMatcher', MATCHERS, 'best fit');
}

/**
 * @param {any} options
 * @param {string} name
 * @param {readonly string[] | undefined} values
 * @param {string | undefined} fallback
 * @returns {any}
 */
export function option(options, name, values, fallback) {
  const given = options[name];
  if (given === undefined) return fallback;
  const text = `${given}`;
  if (values !== undefined && !values.includes(text)) throw new RangeError(`Value ${text} out of range for Intl options property ${name}`);
  return text;
}

/** @param {any} options @param {string} name @param {boolean | undefined} fallback */
export function flag(options, name, fallback) {
  const given = options[name];
  return given === undefined ? fallback : !!given;
}

/**
 * @param {any} given
 * @param {string} name
 * @param {number} least
 * @param {number} most
 * @param {number | undefined} fallback
 * @returns {any}
 */
export function count(given, name, least, most, fallback) {
  if (given === undefined) return fallback;
  const number = Number(given);
  if (!(number >= least && number <= most)) throw new RangeError(`${name} value is out of range.`);
  return Math.floor(number);
}

/** Gives a class of `Intl` what all of them have. @param {any} Class @param {string} name */
export function defineFormatter(Class, name) {
  Object.defineProperty(Class, 'supportedLocalesOf', {
    value: { supportedLocalesOf(/** @type {any} */ locales, /** @type {any} */ options = undefined) {
      return supportedLocalesOf(locales, options);
    } }.supportedLocalesOf,
    writable: true,
    configurable: true,
  });
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { value: `Intl.${name}`, configurable: true });
  Object.defineProperty(Class, 'length', { value: 0, configurable: true });
}

/** A class that may be called without `new`, as the oldest of `Intl` may. @param {any} Class */
export function callable(Class) {
  const { [Class.name]: Callable } = {
    [Class.name]: function (/** @type {any[]} */ ...args) { return Reflect.construct(Class, args, new.target ?? Callable); },
  };
  Object.defineProperty(Callable, 'length', { value: 0, configurable: true });
  Object.defineProperty(Callable, 'prototype', { value: Class.prototype, writable: false });
  Object.defineProperty(Class.prototype, 'constructor', { value: Callable, writable: true, configurable: true });
  Object.defineProperty(Callable, 'supportedLocalesOf', Object.getOwnPropertyDescriptor(Class, 'supportedLocalesOf'));
  return Callable;
}
