/**
 * What becomes of an exception that nobody caught: `reportError`, the events `error`, `unhandledrejection` and
 * `rejectionhandled` at the global object, and, when no listener cancels them, the default action. The default action
 * writes the error to the log; `setUncaughtHandler` lets the dispatcher of calls add its own.
 */

import { log } from 'native';
import { requireArguments } from '../internal/webidl.js';
import { ErrorEvent, PromiseRejectionEvent } from './event-kinds.js';
import { adoptGlobal, defineEventHandler, EventTarget, fire, hasListeners, seams } from './event-target.js';
import { describeError, inspect } from './inspect.js';

/** @type {(error: unknown, inPromise: boolean) => void} */
let uncaught = logUncaught;

/**
 * Replaces the default action for what nobody caught.
 *
 * @param {(error: unknown, inPromise: boolean) => void} handler
 */
export function setUncaughtHandler(handler) {
  uncaught = handler;
}

/**
 * Writes an uncaught error to the log, level error.
 *
 * @param {unknown} error
 * @param {boolean} inPromise
 */
export function logUncaught(error, inPromise) {
  log(4, `Uncaught ${inPromise ? '(in promise) ' : ''}${inspect(error)}`);
}

let reporting = false;

/** @param {unknown} error */
export function reportError(error) {
  requireArguments(arguments.length, 1, 'reportError');
  // An error in an `error` listener is not offered to the listeners again.
  if (reporting || !hasListeners(globalThis, 'error')) {
    uncaught(error, false);
    return;
  }
  reporting = true;
  try {
    const event = new ErrorEvent('error', { cancelable: true, error, message: messageOf(error), ...positionOf(error) });
    if (fire(globalThis, event)) uncaught(error, false);
  } finally {
    reporting = false;
  }
}
seams.report = reportError;

/**
 * Called when the job queue has run dry and a rejected promise still has no handler.
 *
 * @param {unknown} reason
 * @param {Promise<unknown>} promise
 * @returns {boolean} true when a listener cancelled the event, so that it counts as handled
 */
export function reportUnhandledRejection(reason, promise) {
  if (hasListeners(globalThis, 'unhandledrejection')) {
    const event = new PromiseRejectionEvent('unhandledrejection', { cancelable: true, promise, reason });
    if (!fire(globalThis, event)) return true;
  }
  uncaught(reason, true);
  return false;
}

/**
 * Called when a promise that was reported gets a handler after all.
 *
 * @param {unknown} reason
 * @param {Promise<unknown>} promise
 */
export function reportRejectionHandled(reason, promise) {
  if (hasListeners(globalThis, 'rejectionhandled')) {
    fire(globalThis, new PromiseRejectionEvent('rejectionhandled', { promise, reason }));
  }
}

/** Makes the global object an `EventTarget` with the handler attributes that ECMA-429 names. */
export function installGlobalEventTarget() {
  adoptGlobal();
  if (!Reflect.setPrototypeOf(globalThis, EventTarget.prototype)) {
    throw new TypeError('the engine does not let the global object become an EventTarget');
  }
  // `EventTarget.prototype.constructor` would otherwise answer for the global object.
  Object.defineProperty(globalThis, 'constructor', { value: Object, writable: true, configurable: true });
  defineEventHandler(globalThis, 'error', (handler, target, event) => {
    const { message, filename, lineno, colno, error } = event;
    return event instanceof ErrorEvent
      ? Reflect.apply(handler, target, [message, filename, lineno, colno, error]) === true
      : Reflect.apply(handler, target, [event]) === false;
  });
  defineEventHandler(globalThis, 'unhandledrejection');
  defineEventHandler(globalThis, 'rejectionhandled');
}

/** @param {unknown} error */
function messageOf(error) {
  return `Uncaught ${describeError(error, true)[0]}`;
}

/**
 * Where an error comes from, read off the first frame of its stack.
 *
 * @param {unknown} error
 */
function positionOf(error) {
  const frame = /^ *at .*?([^\s()]+):(\d+):(\d+)\)?$/m.exec(describeError(error)[1] ?? '');
  if (frame === null) return { filename: '', lineno: 0, colno: 0 };
  return { filename: frame[1], lineno: +frame[2], colno: +frame[3] };
}
