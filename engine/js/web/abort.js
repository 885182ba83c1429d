/**
 * `AbortController` and `AbortSignal` of the DOM Standard. Other modules react to an abort with `addAbortAlgorithm`,
 * which runs before any listener and costs no event.
 */

import { brands } from '../internal/brands.js';
import { defineInterface, requireArguments } from '../internal/webidl.js';
import { DOMException } from './dom-exception.js';
import { defineEventHandler, Event, EventTarget, fire, hasListeners } from './event-target.js';
import { defineInspection, internalKey, requireInternalKey } from './interfaces.js';
import { startTimer } from './timers.js';

/** @type {(signal: AbortSignal, reason: unknown) => void} */
let signalAbort;
/** @type {(value: any) => boolean} */
let isSignal;
/** @type {(signal: AbortSignal, algorithm: () => void) => void} */
let addAbortAlgorithm;
/** @type {(signal: AbortSignal, algorithm: () => void) => void} */
let removeAbortAlgorithm;

export class AbortSignal extends EventTarget {
  #aborted = false;
  /** @type {any} */
  #reason = undefined;
  /** @type {Set<() => void> | null} */
  #algorithms = null;
  /** For a signal made by `any`: the independent signals it follows. @type {Set<AbortSignal> | null} */
  #sources = null;
  /** @type {Set<AbortSignal> | null} */
  #dependents = null;

  static {
    isSignal = (value) => typeof value === 'object' && value !== null && #aborted in value;

    addAbortAlgorithm = (signal, algorithm) => {
      if (!signal.#aborted) (signal.#algorithms ??= new Set()).add(algorithm);
    };

    removeAbortAlgorithm = (signal, algorithm) => {
      signal.#algorithms?.delete(algorithm);
    };

    signalAbort = (signal, reason) => {
      if (signal.#aborted) return;
      signal.#markAborted(reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason);
      // All dependents read as aborted before the first listener runs.
      const followers = [];
      for (const dependent of signal.#dependents ?? []) {
        if (dependent.#aborted) continue;
        dependent.#markAborted(signal.#reason);
        followers.push(dependent);
      }
      signal.#runAbortSteps();
      for (const follower of followers) follower.#runAbortSteps();
    };
  }

  /** @param {symbol} [key] */
  constructor(key = undefined) {
    requireInternalKey(key);
    super();
  }

  /** @param {unknown} reason */
  #markAborted(reason) {
    this.#aborted = true;
    this.#reason = reason;
  }

  #runAbortSteps() {
    const algorithms = this.#algorithms;
    this.#algorithms = null;
    for (const algorithm of algorithms ?? []) algorithm();
    if (hasListeners(this, 'abort')) fire(this, new Event('abort'));
  }

  /** @param {any} [reason] */
  static abort(reason = undefined) {
    const signal = new AbortSignal(internalKey);
    signalAbort(signal, reason);
    return signal;
  }

  /** @param {number} milliseconds */
  static timeout(milliseconds) {
    requireArguments(arguments.length, 1, 'AbortSignal.timeout');
    const delay = Math.trunc(Number(milliseconds));
    if (!(delay >= 0 && delay <= Number.MAX_SAFE_INTEGER)) {
      throw new TypeError('AbortSignal.timeout: the delay is outside the range 0 to 2^53 - 1');
    }
    const signal = new AbortSignal(internalKey);
    startTimer(() => {
      signalAbort(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    }, delay);
    return signal;
  }

  /** @param {Iterable<AbortSignal>} signals */
  static any(signals) {
    requireArguments(arguments.length, 1, 'AbortSignal.any');
    const given = iterate(signals);
    for (const signal of given) {
      if (!isSignal(signal)) throw new TypeError("AbortSignal.any: an element is not of type 'AbortSignal'");
    }
    const result = new AbortSignal(internalKey);
    const aborted = given.find((signal) => signal.#aborted);
    if (aborted !== undefined) {
      result.#markAborted(aborted.#reason);
      return result;
    }
    // Following the sources, not the signals between, keeps the order of events that of the creation.
    result.#sources = new Set();
    for (const signal of given) {
      for (const source of signal.#sources ?? [signal]) {
        result.#sources.add(source);
        (source.#dependents ??= new Set()).add(result);
      }
    }
    return result;
  }

  get aborted() { return this.#aborted; }
  get reason() { return this.#reason; }

  throwIfAborted() {
    if (this.#aborted) throw this.#reason;
  }
}
defineInterface(AbortSignal, 'AbortSignal');
defineInspection(AbortSignal, ({ aborted }) => ({ aborted }));
defineEventHandler(AbortSignal.prototype, 'abort');

export class AbortController {
  #signal = new AbortSignal(internalKey);

  get signal() { return this.#signal; }

  /** @param {any} [reason] */
  abort(reason = undefined) {
    signalAbort(this.#signal, reason);
  }
}
defineInterface(AbortController, 'AbortController');
defineInspection(AbortController, ({ signal }) => ({ signal }));

/**
 * @param {any} value
 * @returns {any[]}
 */
function iterate(value) {
  if (typeof value !== 'object' || value === null || typeof value[Symbol.iterator] !== 'function') {
    throw new TypeError('AbortSignal.any: the argument is not iterable');
  }
  return [...value];
}

/** A signal that only this side can abort, for a `Request` and the like. */
export function createSignal() {
  return new AbortSignal(internalKey);
}

brands.isSignal = isSignal;

export { addAbortAlgorithm, isSignal, removeAbortAlgorithm, signalAbort };
