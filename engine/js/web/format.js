/** The line that a call of `console` writes: its arguments, with the `%` directives of the Console Standard and of Node. */

import { unwrapProxy } from './inspect-errors.js';
import { bigintText, numberText } from './inspect-text.js';
import { inspect, isBuiltIn } from './inspect.js';

/** A log entry is cut far below this; what is more costs the function its time for nothing. */
const maxOutput = 1 << 17;

/**
 * @param {any} value
 * @param {(value: any) => number} convert
 */
function asNumber(value, convert) {
  if (typeof value === 'bigint') return bigintText(value, false);
  try {
    return numberText(convert(value), false);
  } catch {
    return 'NaN';
  }
}

/** @type {Record<string, (value: any) => string>} */
const directives = {
  s(value) {
    if (typeof value === 'number') return numberText(value, false);
    if (typeof value === 'bigint') return bigintText(value, false);
    if (typeof value !== 'object' || value === null || !hasBuiltInText(value)) return String(value);
    return inspect(value, { depth: 0, maxOutput });
  },
  d: (value) => asNumber(value, Number),
  i: (value) => asNumber(value, parseInt),
  f: (value) => (typeof value === 'bigint' ? `${value}` : asNumber(value, parseFloat)),
  j: stringify,
  O: (value) => inspect(value, { maxOutput }),
  o: (value) => inspect(value, { showHidden: true, showProxy: true, depth: 4, maxOutput }),
  c: () => '',
};

/** @param {any} value */
function stringify(value) {
  try {
    return `${JSON.stringify(value)}`;
  } catch (error) {
    if (error instanceof TypeError && /circular/i.test(error.message)) return '[Circular]';
    throw error;
  }
}

/**
 * Whether `String(value)` would say no more than the engine's own `toString` does.
 *
 * @param {any} value
 */
function hasBuiltInText(value) {
  const target = /** @type {any} */ (unwrapProxy(value));
  if (target === undefined) return true;
  const hasText = typeof target.toString === 'function';
  const hasPrimitive = typeof target[Symbol.toPrimitive] === 'function';
  if (!hasText && !hasPrimitive) return true;
  const definesIt = (/** @type {object} */ link) => (
    (hasText && Object.hasOwn(link, 'toString')) || (hasPrimitive && Object.hasOwn(link, Symbol.toPrimitive))
  );
  if (definesIt(target)) return false;
  let link = Object.getPrototypeOf(target);
  while (link !== null && !definesIt(link)) link = Object.getPrototypeOf(link);
  if (link === null) return true;
  const constructor = Object.getOwnPropertyDescriptor(link, 'constructor')?.value;
  return typeof constructor === 'function' && isBuiltIn(constructor.name);
}

/**
 * @param {string} name
 * @param {any} value
 */
function expand(name, value) {
  try {
    return directives[name](value);
  } catch {
    return inspect(value, { depth: 0, maxOutput });
  }
}

/**
 * @param {any[]} args
 * @returns {string}
 */
export function format(args) {
  const first = args[0];
  if (typeof first !== 'string') return args.map(show).join(' ');
  if (args.length === 1) return first;
  let text = first;
  let used = 1;
  if (first.includes('%')) {
    text = first.replace(/%([sdifjOoc%])/g, (directive, name) => {
      if (name === '%') return '%';
      return used < args.length ? expand(name, args[used++]) : directive;
    });
  }
  for (; used < args.length; used++) text += ` ${show(args[used])}`;
  return text;
}

/** @param {any} value */
function show(value) {
  return typeof value === 'string' ? value : inspect(value, { maxOutput });
}
