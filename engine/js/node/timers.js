/** node:timers: timers that are objects. */
import { requireBuiltin } from '../internal/node/require.js';
import * as web from '../web/timers.js';
import * as promises from './timers/promises.js';

const customPromisify = Symbol.for('nodejs.util.promisify.custom');
const MAX_DELAY = 2 ** 31 - 1;

function validateCallback(callback) {
  if (typeof callback !== 'function') requireBuiltin('internal/validators').validateFunction(callback, 'callback');
}

/** As Node reads a delay: what is not at least a millisecond is one. */
function milliseconds(delay) {
  const number = Number(delay);
  return number >= 1 && number <= MAX_DELAY ? Math.trunc(number) : 1;
}

class Timeout {
  #id = 0;
  #callback;
  #args;
  #delay;
  #repeats;
  #refed = true;
  #destroyed = false;

  constructor(callback, delay, args, repeats) {
    this.#callback = callback;
    this.#args = args;
    this.#delay = milliseconds(delay);
    this.#repeats = repeats;
    this.#start();
  }

  #start() {
    this.#id = web.startTimer(() => this.#run(), this.#delay);
    if (!this.#refed) web.refTimer(this.#id, false);
  }

  #run() {
    if (!this.#repeats) this.#destroyed = true;
    try {
      Reflect.apply(this.#callback, this, this.#args);
    } finally {
      if (this.#repeats && !this.#destroyed) this.#start();
    }
  }

  ref() {
    this.#refed = true;
    web.refTimer(this.#id, true);
    return this;
  }

  unref() {
    this.#refed = false;
    web.refTimer(this.#id, false);
    return this;
  }

  hasRef() {
    return this.#refed;
  }

  refresh() {
    if (this.#destroyed && this.#repeats) return this;
    web.clearTimeout(this.#id);
    this.#destroyed = false;
    this.#start();
    return this;
  }

  close() {
    this.#destroyed = true;
    web.clearTimeout(this.#id);
    return this;
  }

  [Symbol.toPrimitive]() {
    return this.#id;
  }

  [Symbol.dispose]() {
    this.close();
  }
}

class Immediate {
  #id;
  #refed = true;

  constructor(callback, args) {
    this.#id = web.startTimer(() => Reflect.apply(callback, this, args), 0, [], -1, 'Immediate');
  }

  ref() {
    this.#refed = true;
    web.refTimer(this.#id, true);
    return this;
  }

  unref() {
    this.#refed = false;
    web.refTimer(this.#id, false);
    return this;
  }

  hasRef() {
    return this.#refed;
  }

  close() {
    web.clearImmediate(this.#id);
    return this;
  }

  [Symbol.toPrimitive]() {
    return this.#id;
  }

  [Symbol.dispose]() {
    this.close();
  }
}

export function setTimeout(callback, delay = undefined, ...args) {
  validateCallback(callback);
  return new Timeout(callback, delay, args, false);
}

export function setInterval(callback, delay = undefined, ...args) {
  validateCallback(callback);
  return new Timeout(callback, delay, args, true);
}

export function setImmediate(callback, ...args) {
  validateCallback(callback);
  return new Immediate(callback, args);
}

function clear(timer) {
  if (timer instanceof Timeout || timer instanceof Immediate) timer.close();
  else if (timer !== undefined && timer !== null) web.clearTimeout(Number(timer));
}

export function clearTimeout(timer) {
  clear(timer);
}

export function clearInterval(timer) {
  clear(timer);
}

export function clearImmediate(timer) {
  clear(timer);
}

for (const [timer, promise] of [[setTimeout, promises.setTimeout], [setImmediate, promises.setImmediate]]) {
  Object.defineProperty(timer, customPromisify, { enumerable: true, get: () => promise });
}

export { promises };
export default { clearImmediate, clearInterval, clearTimeout, promises: promises.default, setImmediate, setInterval, setTimeout };
