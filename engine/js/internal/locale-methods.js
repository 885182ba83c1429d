/**
 * `toLocaleString` and its kin. The engine's own know neither locales nor time zones; these lead to `Intl`, which is loaded
 * when one of them is called.
 */
import { toLocale } from './lazy.js';

const { valueOf: numberOf } = Number.prototype;
const { valueOf: bigintOf } = BigInt.prototype;
const { getTime } = Date.prototype;

const ofNumbers = {
  toLocaleString(locales = undefined, options = undefined) {
    return toLocale().numberText(numberOf.call(this), locales, options);
  },
};

const ofBigInts = {
  toLocaleString(locales = undefined, options = undefined) {
    return toLocale().numberText(bigintOf.call(this), locales, options);
  },
};

const ofDates = {
  toLocaleDateString(locales = undefined, options = undefined) {
    return toLocale().dateText(getTime.call(this), locales, options, 'date', 'date');
  },
  toLocaleString(locales = undefined, options = undefined) {
    return toLocale().dateText(getTime.call(this), locales, options, 'any', 'all');
  },
  toLocaleTimeString(locales = undefined, options = undefined) {
    return toLocale().dateText(getTime.call(this), locales, options, 'time', 'time');
  },
};

const ofStrings = {
  localeCompare(that, locales = undefined, options = undefined) {
    if (this === undefined || this === null) throw new TypeError('String.prototype.localeCompare called on null or undefined');
    return toLocale().compareText(`${this}`, that, locales, options);
  },
};

export function installLocaleMethods() {
  for (const [prototype, methods] of [
    [Number.prototype, ofNumbers], [BigInt.prototype, ofBigInts], [Date.prototype, ofDates], [String.prototype, ofStrings],
  ]) {
    for (const name of Object.keys(methods)) Object.defineProperty(prototype, name, { value: methods[name], writable: true, configurable: true });
  }
}
