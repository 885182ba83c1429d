/** The namespace `Intl`. Its classes are loaded when they are first asked for. */

import { loadModule, zoneNames } from 'native';
import { canonicalLocales } from './locale.js';

/** @type {Record<string, string>} */
const CLASSES = {
  Collator: 'collator',
  DateTimeFormat: 'date-time-format',
  ListFormat: 'list-format',
  NumberFormat: 'number-format',
  PluralRules: 'plural-rules',
  RelativeTimeFormat: 'relative-time-format',
  Segmenter: 'segmenter',
};

/** @param {string} key @returns {string[]} */
function valuesOf(key) {
  switch (key) {
    case 'calendar': return ['gregory'];
    case 'collation': return ['default'];
    case 'currency': return Object.keys(loadModule('web/intl/currencies.js').NAMES).sort();
    case 'numberingSystem': return ['latn'];
    case 'timeZone': return zoneNames();
    case 'unit': return Object.keys(loadModule('web/intl/units.js').UNITS).sort();
    default: throw new RangeError(`Invalid key : ${key}`);
  }
}

export const Intl = {};

const operations = {
  /** @param {any} [locales] */
  getCanonicalLocales(locales = undefined) {
    return canonicalLocales(locales);
  },
  /** @param {any} key */
  supportedValuesOf(key) {
    return valuesOf(`${key}`);
  },
};
for (const [name, value] of Object.entries(operations)) Object.defineProperty(Intl, name, { value, writable: true, configurable: true });

for (const [name, file] of Object.entries(CLASSES)) {
  const become = (/** @type {any} */ value) => {
    Object.defineProperty(Intl, name, { value, writable: true, configurable: true });
    return value;
  };
  Object.defineProperty(Intl, name, { get: () => become(loadModule(`web/intl/${file}.js`)[name]), set: become, configurable: true });
}
Object.defineProperty(Intl, Symbol.toStringTag, { value: 'Intl', configurable: true });
