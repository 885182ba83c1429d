/** Exact decimal numbers and their rounding (ECMA-402 §15.5). A number is `units` divided by ten to the power of `scale`. */

/**
 * @typedef {object} Decimal
 * @property {boolean} negative
 * @property {bigint} units not negative
 * @property {number} scale not negative
 */

const LITERAL = /^([+-]?)(\d+\.?\d*|\.\d+)(?:e([+-]?\d+))?$/i;
/** Beyond this a literal counts as infinite or as nothing, as a number would. */
const MOST_DIGITS = 400;

/**
 * @param {any} value
 * @returns {Decimal | number} a number for what has no digits: NaN and the infinities
 */
export function toDecimal(value) {
  let primitive = value;
  if (typeof value === 'object' && value !== null) {
    const method = value[Symbol.toPrimitive];
    primitive = method === undefined || method === null ? toNumberPrimitive(value) : method.call(value, 'number');
  }
  if (typeof primitive === 'bigint') return { negative: primitive < 0n, units: primitive < 0n ? -primitive : primitive, scale: 0 };
  if (typeof primitive === 'string') {
    const text = primitive.trim();
    return parse(text) ?? fromNumber(Number(text));
  }
  return fromNumber(Number(primitive));
}

/** @param {any} object */
function toNumberPrimitive(object) {
  const own = typeof object.valueOf === 'function' ? object.valueOf() : object;
  return typeof own === 'object' && own !== null ? `${object}` : own;
}

/** @param {number} number */
function fromNumber(number) {
  if (!Number.isFinite(number)) return number;
  const decimal = /** @type {Decimal} */ (parse(`${Math.abs(number)}`));
  decimal.negative = number < 0 || Object.is(number, -0);
  return decimal;
}

/** @param {string} text @returns {Decimal | undefined} */
function parse(text) {
  const match = LITERAL.exec(text);
  if (match === null) return undefined;
  const [, sign, digits, power = '0'] = match;
  const point = digits.indexOf('.');
  const whole = point < 0 ? digits : digits.slice(0, point) + digits.slice(point + 1);
  let scale = (point < 0 ? 0 : digits.length - point - 1) - Number(power);
  if (Math.abs(scale) > MOST_DIGITS) return undefined;
  let units = BigInt(whole);
  if (scale < 0) {
    units *= 10n ** BigInt(-scale);
    scale = 0;
  }
  return { negative: sign === '-', units, scale };
}

/** The power of ten of the first digit; 0 for nothing. @param {Decimal} decimal */
export function magnitude({ units, scale }) {
  return units === 0n ? 0 : `${units}`.length - scale - 1;
}

/** Times ten to a power. @param {Decimal} decimal @param {number} power @returns {Decimal} */
export function shifted({ negative, units, scale }, power) {
  const moved = scale - power;
  return moved >= 0 ? { negative, units, scale: moved } : { negative, units: units * 10n ** BigInt(-moved), scale: 0 };
}

/**
 * Rounds to so many digits after the point (before it, when that is negative), and to a multiple of the increment there.
 *
 * @param {Decimal} decimal
 * @param {number} position
 * @param {string} mode
 * @param {number} [increment]
 * @returns {Decimal}
 */
export function round(decimal, position, mode, increment = 1) {
  const { negative, units, scale } = decimal;
  if (scale <= position && increment === 1) return decimal;
  const fine = Math.max(scale, position, 0);
  const number = units * 10n ** BigInt(fine - scale);
  const step = BigInt(increment) * 10n ** BigInt(fine - position);
  const down = number / step;
  const rest = number % step;
  return { negative, units: (goesUp(rest, step, down, negative, mode) ? down + 1n : down) * step, scale: fine };
}

/**
 * @param {bigint} rest
 * @param {bigint} step
 * @param {bigint} down
 * @param {boolean} negative
 * @param {string} mode
 */
function goesUp(rest, step, down, negative, mode) {
  if (rest === 0n) return false;
  switch (mode) {
    case 'ceil': return !negative;
    case 'floor': return negative;
    case 'expand': return true;
    case 'trunc': return false;
    default:
  }
  const twice = rest * 2n;
  if (twice !== step) return twice > step;
  switch (mode) {
    case 'halfCeil': return !negative;
    case 'halfFloor': return negative;
    case 'halfTrunc': return false;
    case 'halfEven': return down % 2n === 1n;
    default: return true;
  }
}

/**
 * The digits before and after the point.
 *
 * @param {Decimal} decimal
 * @param {number} leastBefore
 * @param {number} leastAfter
 * @returns {[string, string]}
 */
export function digitsOf({ units, scale }, leastBefore, leastAfter) {
  const text = `${units}`.padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale).replace(/^0+(?=\d)/, '').padStart(leastBefore, '0');
  let fraction = text.slice(text.length - scale);
  let end = fraction.length;
  while (end > leastAfter && fraction[end - 1] === '0') end--;
  fraction = fraction.slice(0, end).padEnd(leastAfter, '0');
  return [whole, fraction];
}
