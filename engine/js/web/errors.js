/**
 * What an error says: header, frames, and message. A `stack` without a header, such as `Error.prepareStackTrace` may make, gets
 * one.
 *
 * Nothing here trusts an error: any of its properties may be missing, of another type, or a getter that throws.
 */

import { classId } from 'native';
import { inspection } from '../internal/lazy.js';

const ERROR = classId(new Error());

/** @param {any} value @returns {value is Error} */
export function isError(value) {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return classId(value) === ERROR || value instanceof Error;
  } catch {
    return false;
  }
}

/**
 * A property that may be a getter which throws: reading an error must not lose it.
 *
 * @param {any} error
 * @param {string} key
 */
export function read(error, key) {
  try {
    return error[key];
  } catch {
    return undefined;
  }
}

/** @param {any} value @param {string} otherwise */
export function asText(value, otherwise) {
  try {
    return String(value);
  } catch {
    return otherwise;
  }
}

const errorToString = Error.prototype.toString;

/** @param {any} error */
function header(error) {
  try {
    return String(Reflect.apply(errorToString, error, []));
  } catch {
    return 'Error';
  }
}

/**
 * Header and frames of an error, without a line break at the end.
 *
 * @param {any} error
 * @returns {string}
 */
export function stackOf(error) {
  const stack = read(error, 'stack');
  const text = stack ? asText(stack, '').trimEnd() : '';
  if (text === '') return header(error);
  return /^\s*at /.test(text) ? `${header(error)}\n${text}` : text;
}

/**
 * What an uncaught value says: a message, and the stack when it is an error. Never throws.
 *
 * @param {unknown} error
 * @param {boolean} [named] puts the error's name before its message
 * @returns {[string, string | undefined]}
 */
export function describeError(error, named = false) {
  return [messageOf(error, named), stackOrNothing(error)];
}

/** @param {any} error @param {boolean} named */
function messageOf(error, named) {
  try {
    if (typeof error === 'object' && error !== null && typeof error.message === 'string') {
      // Libraries throw plain objects with a message as well: that is still what reads best.
      if (named && isError(error)) return header(error);
      if (error.message !== '') return error.message;
      return isError(error) ? String(error.name) : shown(error);
    }
    if (typeof error === 'string') return error;
    return typeof error === 'object' && error !== null ? shown(error) : String(error);
  } catch {
    return 'a value that cannot be shown was thrown';
  }
}

/** What stands between an error and its class while it has no stack of its own. */
const unthrown = Object.create(TypeError.prototype, {
  stack: {
    get() { return header(this); },
    set(value) { Object.defineProperty(this, 'stack', { value, writable: true, configurable: true }); },
    configurable: true,
  },
});

/**
 * For what is made where no line of the function is under way, and given to it through a promise: without a stack, an error gets
 * one where it is thrown, which is at the `await`.
 *
 * @param {TypeError} error
 */
export function withoutStack(error) {
  delete error.stack;
  return Object.setPrototypeOf(error, unthrown);
}

/** Most characters of what is shown of an object that was thrown. */
const MAX_SHOWN = 2000;
/** How many causes of causes are told, and how many of the errors that are one. */
const MAX_CAUSES = 8;

/** @param {object} object that has no message @returns {string} */
function shown(object) {
  const text = inspection().inspect(object);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** @param {any} error */
function stackOrNothing(error) {
  try {
    if (!isError(error)) return undefined;
    const why = reasons(error, MAX_CAUSES, [error]);
    // What `Promise.any` throws has no stack.
    return typeof error.stack === 'string' || why !== '' ? stackOf(error) + why : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What an error names as its cause, and what it consists of, each on lines of its own.
 *
 * @param {any} error
 * @param {number} left
 * @param {unknown[]} told errors that need not be told again
 */
function reasons(error, left, told) {
  let text = '';
  if (left === 0) return text;
  const tell = (name, reason) => {
    if (told.includes(reason)) return;
    told[told.length] = reason;
    text += isError(reason) ? `\n[${name}]: ${stackOf(reason)}${reasons(reason, left - 1, told)}`
      : `\n[${name}]: ${typeof reason === 'object' && reason !== null ? shown(reason) : asText(reason, 'what cannot be shown')}`;
  };
  const cause = read(error, 'cause');
  if (cause !== undefined) tell('cause', cause);
  const errors = read(error, 'errors');
  if (Array.isArray(errors) && left > MAX_CAUSES - 2) {
    for (let at = 0; at < errors.length && at < MAX_CAUSES; at++) tell(`errors ${at}`, errors[at]);
  }
  return text;
}
