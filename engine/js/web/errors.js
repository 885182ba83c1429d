/**
 * What an error says: header, frames, and message. A stack says what its error said when it was made, and some hold frames only:
 * there stands the header of now. A stack that somebody else has written is left as it is.
 *
 * Nothing here trusts an error: any of its properties may be missing, of another type, or a getter that throws.
 */

import { classId } from 'native';
import { framesOf, header } from '../internal/stack.js';

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

/**
 * Header and frames of an error, without a line break at the end.
 *
 * @param {any} error
 * @returns {string}
 */
export function stackOf(error) {
  const stack = read(error, 'stack');
  const text = stack ? asText(stack, '') : '';
  if (text.trim() === '') return header(error);
  // Its name or message may have changed since it was made.
  const frames = framesOf(error, text);
  if (frames !== undefined) return header(error) + frames;
  return /^\s*at /.test(text) ? `${header(error)}\n${text.trimEnd()}` : text.trimEnd();
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
      return isError(error) ? String(error.name) : String(error);
    }
    return String(error);
  } catch {
    return 'a value that cannot be shown was thrown';
  }
}

/** @param {any} error */
function stackOrNothing(error) {
  try {
    return isError(error) && typeof error.stack === 'string' ? stackOf(error) : undefined;
  } catch {
    return undefined;
  }
}
