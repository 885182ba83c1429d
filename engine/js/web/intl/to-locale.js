/** `toLocaleString` and its kin, by `Intl`: what `main.js` puts in the place of the engine's own leads here. */

import { loadModule } from 'native';

/** @type {Map<string, any>} */
const formatters = new Map();

/** A formatter without options is made once. @param {string} key @param {any} locales @param {any} options @param {() => any} make */
function kept(key, locales, options, make) {
  if (options !== undefined || (locales !== undefined && typeof locales !== 'string')) return make();
  const name = `${key} ${locales}`;
  let found = formatters.get(name);
  if (found === undefined) formatters.set(name, found = make());
  return found;
}

/** @param {any} value @param {any} locales @param {any} options @returns {string} */
export function numberText(value, locales, options) {
  return kept('number', locales, options, () => new (loadModule('web/intl/number-format.js').NumberFormat)(locales, options)).format(value);
}

/** @param {number} time @param {any} locales @param {any} options @param {string} required @param {string} defaults @returns {string} */
export function dateText(time, locales, options, required, defaults) {
  if (Number.isNaN(time)) return 'Invalid Date';
  const { dateFormat } = loadModule('web/intl/date-time-format.js');
  return kept(`date ${required} ${defaults}`, locales, options, () => dateFormat(locales, options, required, defaults)).format(time);
}

/** @param {string} one @param {any} other @param {any} locales @param {any} options @returns {number} */
export function compareText(one, other, locales, options) {
  return kept('text', locales, options, () => new (loadModule('web/intl/collator.js').Collator)(locales, options)).compare(one, `${other}`);
}
