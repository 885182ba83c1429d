/**
 * What becomes of an exception that nobody caught: `reportError`, the events `error`, `unhandledrejection` and
 * `rejectionhandled` at the global object, and, when no listener cancels them, the default action: the error ends the
 * call, if that is still open, and is written to the log in any case, for after the response it would otherwise be lost.
 */

import { log } from 'native';
import { failWith } from '../internal/dispatch.js';
import { fetchEvent } from '../internal/lazy.js';
import { requireArguments } from '../internal/webidl.js';
import { serveListeners } from '../platform/served.js';
import { ErrorEvent, PromiseRejectionEvent } from './event-kinds.js';
import { adoptGlobal, defineEventHandler, EventTarget, fire, hasListeners } from './event-target.js';
import { describeError } from './errors.js';
import { inspect } from './inspect.js';

/**
 * The default action.
 *
 * @param {unknown} error
 * @param {boolean} inPromise
 */
function uncaught(error, inPromise) {
  log(4, `Uncaught ${inPromise ? '(in promise) ' : ''}${inspect(error)}`);
  failWith(error);
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
function installGlobalEventTarget() {
  adoptGlobal();
  // What stood for them until now: see `main.js`.
  for (const name of ['addEventListener', 'dispatchEvent', 'removeEventListener']) delete globalThis[name];
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

installGlobalEventTarget();
serveListeners(() => (hasListeners(globalThis, 'fetch') ? fetchEvent().offer : undefined));
