/** The options that say how many digits a number has (ECMA-402 §15.1.3), and what they make of a number. */

import { digitsOf, magnitude, round } from './decimal.js';
import { count, option } from './locale.js';

const MODES = ['ceil', 'floor', 'expand', 'trunc', 'halfCeil', 'halfFloor', 'halfExpand', 'halfTrunc', 'halfEven'];
const INCREMENTS = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000];

/**
 * @typedef {object} Digits
 * @property {number} leastInteger
 * @property {number | undefined} leastFraction
 * @property {number | undefined} mostFraction
 * @property {number | undefined} leastSignificant
 * @property {number | undefined} mostSignificant
 * @property {number} increment
 * @property {string} mode
 * @property {string} priority
 * @property {string} trailing
 * @property {'fraction' | 'significant' | 'more' | 'less'} kind
 */

/**
 * @param {any} options
 * @param {number} leastFraction
 * @param {number} mostFraction
 * @param {boolean} compact
 * @returns {Digits}
 */
export function readDigits(options, leastFraction, mostFraction, compact) {
  const leastInteger = count(options.minimumIntegerDigits, 'minimumIntegerDigits', 1, 21, 1);
  const { minimumFractionDigits, maximumFractionDigits, minimumSignificantDigits, maximumSignificantDigits } = options;
  const increment = count(options.roundingIncrement, 'roundingIncrement', 1, 5000, 1);
  if (!INCREMENTS.includes(increment)) throw new RangeError('roundingIncrement value is out of range.');
  const mode = option(options, 'roundingMode', MODES, 'halfExpand');
  const priority = option(options, 'roundingPriority', ['auto', 'morePrecision', 'lessPrecision'], 'auto');
  const trailing = option(options, 'trailingZeroDisplay', ['auto', 'stripIfInteger'], 'auto');
  if (increment !== 1) mostFraction = leastFraction;

  const hasSignificant = minimumSignificantDigits !== undefined || maximumSignificantDigits !== undefined;
  const hasFraction = minimumFractionDigits !== undefined || maximumFractionDigits !== undefined;
  const needsSignificant = priority !== 'auto' || hasSignificant;
  const needsFraction = priority !== 'auto' || (!hasSignificant && (hasFraction || !compact));
  /** @type {Digits} */
  const digits = {
    leastInteger, leastFraction: undefined, mostFraction: undefined, leastSignificant: undefined, mostSignificant: undefined,
    increment, mode, priority, trailing, kind: 'fraction',
  };
  if (needsSignificant) {
    digits.leastSignificant = count(minimumSignificantDigits, 'minimumSignificantDigits', 1, 21, 1);
    digits.mostSignificant = count(maximumSignificantDigits, 'maximumSignificantDigits', /** @type {number} */ (digits.leastSignificant), 21, 21);
  }
  if (needsFraction) readFraction(digits, minimumFractionDigits, maximumFractionDigits, leastFraction, mostFraction);
  if (!needsSignificant && !needsFraction) {
    Object.assign(digits, { leastFraction: 0, mostFraction: 0, leastSignificant: 1, mostSignificant: 2, priority: 'morePrecision', kind: 'more' });
  } else if (priority !== 'auto') {
    digits.kind = priority === 'morePrecision' ? 'more' : 'less';
  } else if (hasSignificant) {
    digits.kind = 'significant';
  }
  if (increment !== 1) {
    if (digits.kind !== 'fraction') throw new TypeError('roundingIncrement needs the rounding of fraction digits');
    if (digits.mostFraction !== digits.leastFraction) {
      throw new RangeError('roundingIncrement needs as many fraction digits at least as at most');
    }
  }
  return digits;
}

/** @param {Digits} digits @param {any} least @param {any} most @param {number} leastDefault @param {number} mostDefault */
function readFraction(digits, least, most, leastDefault, mostDefault) {
  let lower = count(least, 'minimumFractionDigits', 0, 100, undefined);
  let upper = count(most, 'maximumFractionDigits', 0, 100, undefined);
  if (lower === undefined) lower = Math.min(leastDefault, upper ?? leastDefault);
  else if (upper === undefined) upper = Math.max(mostDefault, lower);
  else if (lower > upper) throw new RangeError('maximumFractionDigits value is out of range.');
  digits.leastFraction = lower;
  digits.mostFraction = upper ?? mostDefault;
}

/**
 * Rounds, and says how many digits after the point there are at least.
 *
 * @param {import('./decimal.js').Decimal} decimal
 * @param {Digits} digits
 * @returns {[import('./decimal.js').Decimal, number]}
 */
export function roundDigits(decimal, digits) {
  const bySignificant = () => significant(decimal, /** @type {any} */ (digits));
  /** @returns {[import('./decimal.js').Decimal, number]} */
  const byFraction = () => [round(decimal, /** @type {number} */ (digits.mostFraction), digits.mode, digits.increment), /** @type {number} */ (digits.leastFraction)];
  if (digits.kind === 'fraction') return byFraction();
  if (digits.kind === 'significant') return bySignificant();
  const finer = /** @type {number} */ (digits.mostSignificant) - 1 - magnitude(decimal) > /** @type {number} */ (digits.mostFraction);
  return finer === (digits.kind === 'more') ? bySignificant() : byFraction();
}

/**
 * @param {import('./decimal.js').Decimal} decimal
 * @param {{ leastSignificant: number, mostSignificant: number, mode: string }} digits
 * @returns {[import('./decimal.js').Decimal, number]}
 */
function significant(decimal, { leastSignificant, mostSignificant, mode }) {
  const rounded = round(decimal, mostSignificant - 1 - magnitude(decimal), mode);
  return [rounded, Math.max(0, leastSignificant - 1 - magnitude(rounded))];
}

/** The digits of a rounded number. @param {import('./decimal.js').Decimal} rounded @param {number} least @param {Digits} digits */
export function splitDigits(rounded, least, digits) {
  const [whole, fraction] = digitsOf(rounded, digits.leastInteger, least);
  return digits.trailing === 'stripIfInteger' && /^0*$/.test(fraction) ? [whole, ''] : [whole, fraction];
}

/** What `resolvedOptions` says of it. @param {Digits} digits */
export function digitOptions(digits) {
  /** @type {Record<string, any>} */
  const options = { minimumIntegerDigits: digits.leastInteger };
  if (digits.leastFraction !== undefined) {
    options.minimumFractionDigits = digits.leastFraction;
    options.maximumFractionDigits = digits.mostFraction;
  }
  if (digits.leastSignificant !== undefined) {
    options.minimumSignificantDigits = digits.leastSignificant;
    options.maximumSignificantDigits = digits.mostSignificant;
  }
  return options;
}

/** The rest of what it says. @param {Digits} digits */
export function roundingOptions({ increment, mode, priority, trailing }) {
  return { roundingMode: mode, roundingIncrement: increment, trailingZeroDisplay: trailing, roundingPriority: priority };
}
