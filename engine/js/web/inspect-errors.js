/**
 * How `console` writes errors: where they are told apart from their cause, and what their class adds to their header.
 * Nothing here trusts an error: any of its properties may be missing, of another type, or a getter that throws.
 */

import { proxyParts } from 'native';
import { asText, isError, read, stackOf } from './errors.js';

/**
 * The frames that an error shares with its cause are shown once, with the cause.
 *
 * @param {any} error
 * @param {string[]} frames
 */
function dropSharedFrames(error, frames) {
  try {
    const cause = read(error, 'cause');
    if (!isError(cause)) return frames;
    const text = stackOf(cause);
    const start = text.indexOf('\n    at');
    if (start === -1) return frames;
    const others = text.slice(start + 1).split('\n');
    for (let i = 0; i < frames.length - 3; i++) {
      const at = others.indexOf(frames[i]);
      if (at === -1) continue;
      let same = 1;
      while (i + same < frames.length && at + same < others.length && frames[i + same] === others[at + same]) same++;
      if (same > 3) {
        const remark = `    ... ${same - 2} lines matching cause stack trace ...`;
        return [...frames.slice(0, i + 1), remark, ...frames.slice(i + same - 1)];
      }
    }
  } catch {
    // A cause that cannot be read is no reason to lose the error.
  }
  return frames;
}

/**
 * Makes the header say the class as well as the name, where the two differ.
 *
 * @param {string} stack
 * @param {string | null} constructor
 * @param {string} name
 * @param {(fallback: string) => string} prefixFor
 */
function nameClass(stack, constructor, name, prefixFor) {
  let length = name.length;
  const regular = name.endsWith('Error') && stack.startsWith(name) &&
    (stack.length === length || stack[length] === ':' || stack[length] === '\n');
  if (constructor !== null && !regular) return stack;
  let fallback = 'Error';
  if (constructor === null) {
    const start = /^([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n {4}at)/.exec(stack) ?? /^([a-z_A-Z0-9-]*Error)$/.exec(stack);
    fallback = start?.[1] ?? '';
    length = fallback.length;
    if (fallback === '') fallback = 'Error';
  }
  const prefix = prefixFor(fallback).slice(0, -1);
  if (name === prefix) return stack;
  if (!prefix.includes(name)) return `${prefix} [${name}]${stack.slice(length)}`;
  return length === 0 ? `${prefix}: ${stack}` : `${prefix}${stack.slice(length)}`;
}

/**
 * @param {import('./inspect.js').Printer} printer
 * @param {any} error
 * @param {string | null} constructor
 * @param {(fallback: string) => string} prefixFor
 * @param {PropertyKey[]} keys the properties that will be shown after it; changed here
 * @returns {string}
 */
export function errorText(printer, error, constructor, prefixFor, keys) {
  const name = asText(read(error, 'name') ?? 'Error', 'Error');
  let stack = stackOf(error);
  if (!printer.showHidden) {
    // What the header already says is not repeated as a property.
    for (const key of ['name', 'message', 'stack']) {
      const at = keys.indexOf(key);
      if (at !== -1 && stack.includes(asText(read(error, key), '').trimEnd())) keys.splice(at, 1);
    }
  }
  if ('cause' in error && !keys.includes('cause')) keys.push('cause');
  if (Array.isArray(read(error, 'errors')) && !keys.includes('errors')) keys.push('errors');

  stack = nameClass(stack, constructor, name, prefixFor);
  const given = read(error, 'message');
  const message = typeof given === 'string' ? given : '';
  let from = message === '' ? -1 : stack.indexOf(message);
  if (from !== -1) from += message.length;
  const start = stack.indexOf('\n    at', from);
  if (start === -1) {
    stack = `[${stack}]`;
  } else {
    const frames = dropSharedFrames(error, stack.slice(start + 1).split('\n'));
    stack = `${stack.slice(0, start)}\n${frames.join('\n')}`;
  }
  return printer.indentation === 0 ? stack : stack.replaceAll('\n', `\n${' '.repeat(printer.indentation)}`);
}

/**
 * The innermost target of a Proxy, so that looking at it sets no trap off; undefined for a revoked one.
 *
 * @param {object} value
 * @returns {object | undefined}
 */
export function unwrapProxy(value) {
  for (;;) {
    const parts = proxyParts(value);
    if (parts === undefined) return value;
    if (parts[0] === null || parts[0] === undefined) return undefined;
    value = parts[0];
  }
}
