/**
 * Timers of HTML (`setTimeout`, `setInterval`), Node's `setImmediate`, and `queueMicrotask` with its errors reported.
 *
 * The host calls `runTimers` when the earliest deadline has passed and drains the job queue after each such call. One
 * call therefore runs one callback: promises that it settled are seen before the next callback, as everywhere else.
 * Starting a timer while a module is evaluated ahead of time ends that evaluation, because a deadline means nothing in
 * an image that is restored later.
 */

import { armTimer, monotonicNow, requireCall } from 'native';
import { boundToContext } from '../internal/async-context.js';
import { queueMicrotask as enqueue } from '../internal/intrinsics.js';
import { report } from '../internal/lazy.js';

/**
 * @typedef {object} Timer
 * @property {number} id
 * @property {number} time when it is due, on the monotonic clock
 * @property {number} order breaks ties, so that equal deadlines keep the order of creation
 * @property {Function} callback
 * @property {unknown[]} args
 * @property {number} interval milliseconds between runs, -1 for a timer that runs once
 * @property {boolean} active
 * @property {string} kind what Node calls it
 * @property {boolean} refed whether a process would go on for it
 */

/** A binary heap by (time, order). Cleared timers stay until they surface. @type {Timer[]} */
const heap = [];
/** @type {Map<number, Timer>} */
const timers = new Map();
let lastId = 0;
let lastOrder = 0;
/** The earliest wake-up the host knows of. */
let armedFor = Infinity;

/** @param {Timer} a @param {Timer} b */
const before = (a, b) => a.time < b.time || (a.time === b.time && a.order < b.order);

/** @param {Timer} timer */
function push(timer) {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!before(timer, heap[parent])) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at] = timer;
}

/** Takes the root out. */
function pop() {
  const last = /** @type {Timer} */ (heap.pop());
  const size = heap.length;
  if (size === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && before(heap[child + 1], heap[child])) child++;
    if (!before(heap[child], last)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
}

/** @param {Timer} timer @param {number} delay */
function schedule(timer, delay) {
  const now = monotonicNow();
  timer.time = now + delay;
  timer.order = ++lastOrder;
  push(timer);
  if (timer.time < armedFor) {
    armedFor = timer.time;
    armTimer(delay);
  }
}

/**
 * @param {Function} callback
 * @param {number} delay milliseconds, not negative
 * @param {unknown[]} [args]
 * @param {number} [interval]
 * @param {string} [kind]
 * @returns {number}
 */
export function startTimer(callback, delay, args = [], interval = -1, kind = 'Timeout') {
  requireCall('timers');
  const timer = {
    id: ++lastId, time: 0, order: 0, callback: boundToContext(callback), args, interval, active: true, kind, refed: true,
  };
  timers.set(timer.id, timer);
  schedule(timer, delay);
  return timer.id;
}

/** @param {number} id */
function stopTimer(id) {
  const timer = timers.get(id);
  if (timer === undefined) return;
  timer.active = false;
  timers.delete(timer.id);
}

/** The hook: runs at most one timer that is due, then asks for the next call. */
export function runTimers() {
  armedFor = Infinity;
  while (heap.length > 0 && !heap[0].active) pop();
  if (heap.length > 0 && heap[0].time <= monotonicNow()) {
    const timer = heap[0];
    pop();
    const repeats = timer.interval >= 0;
    if (!repeats) timers.delete(timer.id);
    try {
      Reflect.apply(timer.callback, globalThis, timer.args);
    } catch (error) {
      report().reportError(error);
    }
    if (repeats && timer.active) schedule(timer, timer.interval);
  }
  while (heap.length > 0 && !heap[0].active) pop();
  if (heap.length > 0 && heap[0].time < armedFor) {
    armedFor = heap[0].time;
    armTimer(Math.max(0, armedFor - monotonicNow()));
  }
}

/** Says whether a process would go on for this timer. Here nothing waits for one: it only shows. @param {number} id @param {boolean} refed */
export function refTimer(id, refed) {
  const timer = timers.get(id);
  if (timer !== undefined) timer.refed = refed;
}

/** The kinds of the timers that have still to run and that a process would go on for. */
export function pendingTimers() {
  return [...timers.values()].filter((timer) => timer.refed).map((timer) => timer.kind);
}

/**
 * @param {unknown} callback
 * @param {string} what
 * @returns {Function}
 */
function callable(callback, what) {
  if (typeof callback !== 'function') throw new TypeError(`${what}: the callback must be a function`);
  return callback;
}

/**
 * A delay as HTML reads it: a 32-bit integer that wraps, negative counting as nothing.
 *
 * @param {any} delay
 */
function milliseconds(delay) {
  return Math.max(0, delay | 0);
}

/**
 * @param {(...args: any[]) => void} callback
 * @param {number} [delay]
 * @param {...any} args
 */
export function setTimeout(callback, delay = 0, ...args) {
  return startTimer(callable(callback, 'setTimeout'), milliseconds(delay), args);
}

/**
 * @param {(...args: any[]) => void} callback
 * @param {number} [delay]
 * @param {...any} args
 */
export function setInterval(callback, delay = 0, ...args) {
  // At least a millisecond apart: with none between, an interval would be a busy loop.
  const interval = Math.max(1, milliseconds(delay));
  return startTimer(callable(callback, 'setInterval'), interval, args, interval);
}

/** @param {number} [id] */
export function clearTimeout(id = 0) {
  stopTimer(id | 0);
}

/** @param {number} [id] */
export function clearInterval(id = 0) {
  stopTimer(id | 0);
}

/**
 * @param {(...args: any[]) => void} callback
 * @param {...any} args
 */
export function setImmediate(callback, ...args) {
  return startTimer(callable(callback, 'setImmediate'), 0, args, -1, 'Immediate');
}

/** @param {number} [id] */
export function clearImmediate(id = 0) {
  stopTimer(id | 0);
}

/** @param {() => void} callback */
export function queueMicrotask(callback) {
  const run = boundToContext(callable(callback, 'queueMicrotask'));
  enqueue(() => {
    try {
      run();
    } catch (error) {
      report().reportError(error);
    }
  });
}
