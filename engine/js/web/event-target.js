/**
 * `Event` and `EventTarget` of the DOM Standard, for targets that have no parents: a path has one entry. Listener
 * exceptions are reported and never reach the dispatcher.
 */

import { monotonicNow } from 'native';
import { brands } from '../internal/brands.js';
import { abort, report } from '../internal/lazy.js';
import { defineInterface, requireArguments, toDictionary } from '../internal/webidl.js';
import { DOMException } from './dom-exception.js';
import { defineConstants, defineInspection } from './interfaces.js';

/**
 * @typedef {object} Listener
 * @property {any} callback
 * @property {boolean} capture
 * @property {boolean} once
 * @property {boolean} passive
 * @property {boolean} removed
 *
 * @typedef {object} Registry
 * @property {Map<string, Listener[]> | null} listeners lists are replaced, never changed: a dispatch keeps its own
 * @property {Map<string, { value: any }> | null} handlers the values of `on…` attributes
 */

const STOP = 1;
const STOP_IMMEDIATE = 2;
const CANCELED = 4;
const IN_PASSIVE = 8;
const DISPATCHING = 16;

/** @type {(event: Event, target: EventTarget, registry: Registry, trusted: boolean) => boolean} */
let dispatch;
/** @type {(event: Event) => boolean} */
let isDispatching;

/** @type {PropertyDescriptor} */
const trustDescriptor = { enumerable: true, configurable: false };

export class Event {
  #type;
  #bubbles = false;
  #cancelable = false;
  #composed = false;
  #trusted = false;
  #flags = 0;
  #phase = 0;
  /** @type {EventTarget | null} */
  #target = null;
  #timeStamp = monotonicNow();

  static {
    // Web IDL wants `isTrusted` on the instance, with one getter for all of them.
    const holder = { get isTrusted() { return /** @type {any} */ (this).#trusted; } };
    trustDescriptor.get = Object.getOwnPropertyDescriptor(holder, 'isTrusted')?.get;

    isDispatching = (event) => {
      if (!(#type in event)) throw new TypeError("EventTarget.dispatchEvent: parameter 1 is not of type 'Event'");
      return (event.#flags & DISPATCHING) !== 0;
    };

    dispatch = (event, target, registry, trusted) => {
      event.#trusted = trusted;
      event.#flags |= DISPATCHING;
      event.#target = target;
      event.#phase = 2;
      // Listeners that a capturing one adds are seen by the second round, as the standard has it.
      event.#invoke(target, registry, true);
      event.#invoke(target, registry, false);
      event.#phase = 0;
      event.#flags &= CANCELED;
      return (event.#flags & CANCELED) === 0;
    };
  }

  /**
   * @param {string} type
   * @param {EventInit} [init]
   */
  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, 'Event');
    this.#type = `${type}`;
    if (init !== undefined && init !== null) {
      const { bubbles, cancelable, composed } = toDictionary(init, 'Event: argument 2');
      this.#bubbles = !!bubbles;
      this.#cancelable = !!cancelable;
      this.#composed = !!composed;
    }
    Object.defineProperty(this, 'isTrusted', trustDescriptor);
  }

  /**
   * @param {EventTarget} target
   * @param {Registry} registry
   * @param {boolean} capture
   */
  #invoke(target, registry, capture) {
    if ((this.#flags & STOP) !== 0) return;
    const list = registry.listeners?.get(this.#type);
    if (list === undefined) return;
    for (const listener of list) {
      if (listener.removed || listener.capture !== capture) continue;
      if (listener.once) removeListener(registry, this.#type, listener);
      if (listener.passive) this.#flags |= IN_PASSIVE;
      try {
        const callback = listener.callback;
        if (typeof callback === 'function') {
          Reflect.apply(callback, target, [this]);
        } else {
          const method = callback.handleEvent;
          if (typeof method !== 'function') throw new TypeError('handleEvent of an event listener is not a function');
          Reflect.apply(method, callback, [this]);
        }
      } catch (error) {
        report().reportError(error);
      }
      this.#flags &= ~IN_PASSIVE;
      if ((this.#flags & STOP_IMMEDIATE) !== 0) return;
    }
  }

  get type() { return this.#type; }
  get target() { return this.#target; }
  get srcElement() { return this.#target; }
  get currentTarget() { return this.#phase === 0 ? null : this.#target; }
  get eventPhase() { return this.#phase; }
  get bubbles() { return this.#bubbles; }
  get cancelable() { return this.#cancelable; }
  get composed() { return this.#composed; }
  get defaultPrevented() { return (this.#flags & CANCELED) !== 0; }
  get timeStamp() { return this.#timeStamp; }

  get returnValue() { return (this.#flags & CANCELED) === 0; }
  set returnValue(value) { this.#flags |= value ? 0 : this.#cancelFlag(); }

  get cancelBubble() { return (this.#flags & STOP) !== 0; }
  set cancelBubble(value) { this.#flags |= value ? STOP : 0; }

  composedPath() { return this.#phase === 0 ? [] : [this.#target]; }
  stopPropagation() { this.#flags |= STOP; }
  stopImmediatePropagation() { this.#flags |= STOP | STOP_IMMEDIATE; }
  preventDefault() { this.#flags |= this.#cancelFlag(); }

  #cancelFlag() { return this.#cancelable && (this.#flags & IN_PASSIVE) === 0 ? CANCELED : 0; }

  /**
   * @param {string} type
   * @param {boolean} [bubbles]
   * @param {boolean} [cancelable]
   */
  initEvent(type, bubbles = false, cancelable = false) {
    requireArguments(arguments.length, 1, 'Event.initEvent');
    type = `${type}`;
    if ((this.#flags & DISPATCHING) !== 0) return;
    this.#flags = 0;
    this.#trusted = false;
    this.#target = null;
    this.#type = type;
    this.#bubbles = !!bubbles;
    this.#cancelable = !!cancelable;
  }
}

defineInterface(Event, 'Event');
defineConstants(Event, { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 });
defineInspection(Event, ({ type, defaultPrevented, cancelable, timeStamp }) => ({ type, defaultPrevented, cancelable, timeStamp }));

/** The global object cannot carry private fields, so its registry stands beside it. */
/** @type {Registry | null} */
let globalRegistry = null;

export function adoptGlobal() {
  globalRegistry ??= { listeners: null, handlers: null };
}

/** @type {(target: any) => Registry} */
let registryOf;

export class EventTarget {
  /** @type {Registry | null} */
  #registry = null;

  static {
    registryOf = (target) => {
      if (#registry in target) return (target.#registry ??= { listeners: null, handlers: null });
      if (target === globalThis && globalRegistry !== null) return globalRegistry;
      throw new TypeError('Illegal invocation');
    };
  }

  /**
   * @param {string} type
   * @param {EventListenerOrEventListenerObject | null} callback
   * @param {AddEventListenerOptions | boolean} [options]
   */
  addEventListener(type, callback, options = undefined) {
    const registry = registryOf(this ?? globalThis);
    requireArguments(arguments.length, 2, 'EventTarget.addEventListener');
    type = `${type}`;
    checkCallback(callback);
    let capture = false, once = false, passive = false, signal;
    if (isObject(options)) {
      const given = /** @type {AddEventListenerOptions} */ (options);
      capture = !!given.capture;
      once = !!given.once;
      passive = !!given.passive;
      signal = given.signal;
      if (signal !== undefined && !brands.isSignal(signal)) {
        throw new TypeError("EventTarget.addEventListener: member signal is not of type 'AbortSignal'");
      }
    } else {
      capture = !!options;
    }
    if (callback === null || callback === undefined || signal?.aborted) return;
    const listener = addListener(registry, type, callback, capture, once, passive);
    if (listener !== undefined && signal !== undefined) {
      abort().addAbortAlgorithm(signal, () => removeListener(registry, type, listener));
    }
  }

  /**
   * @param {string} type
   * @param {EventListenerOrEventListenerObject | null} callback
   * @param {EventListenerOptions | boolean} [options]
   */
  removeEventListener(type, callback, options = undefined) {
    const registry = registryOf(this ?? globalThis);
    requireArguments(arguments.length, 2, 'EventTarget.removeEventListener');
    type = `${type}`;
    checkCallback(callback);
    const capture = isObject(options) ? !!(/** @type {EventListenerOptions} */ (options).capture) : !!options;
    const found = registry.listeners?.get(type)?.find((one) => one.callback === callback && one.capture === capture);
    if (found !== undefined) removeListener(registry, type, found);
  }

  /**
   * @param {Event} event
   * @returns {boolean}
   */
  dispatchEvent(event) {
    const target = this ?? globalThis;
    const registry = registryOf(target);
    if (!isObject(event) || isDispatching(event)) {
      if (!isObject(event)) throw new TypeError("EventTarget.dispatchEvent: parameter 1 is not of type 'Event'");
      throw new DOMException('The event is already being dispatched', 'InvalidStateError');
    }
    return dispatch(event, target, registry, false);
  }
}

defineInterface(EventTarget, 'EventTarget');

/** @param {unknown} value */
function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** @param {unknown} callback */
function checkCallback(callback) {
  if (callback !== null && callback !== undefined && !isObject(callback)) {
    throw new TypeError('An event listener must be a function or an object');
  }
}

/**
 * @param {Registry} registry
 * @param {string} type
 * @param {any} callback
 * @param {boolean} capture
 * @param {boolean} once
 * @param {boolean} passive
 * @returns {Listener | undefined} undefined when the same one is there already
 */
function addListener(registry, type, callback, capture, once, passive) {
  registry.listeners ??= new Map();
  const list = registry.listeners.get(type);
  if (list?.some((one) => one.callback === callback && one.capture === capture)) return undefined;
  const listener = { callback, capture, once, passive, removed: false };
  registry.listeners.set(type, list === undefined ? [listener] : [...list, listener]);
  return listener;
}

/**
 * @param {Registry} registry
 * @param {string} type
 * @param {Listener} listener
 */
function removeListener(registry, type, listener) {
  listener.removed = true;
  const rest = registry.listeners?.get(type)?.filter((one) => one !== listener);
  if (rest === undefined) return;
  if (rest.length === 0) registry.listeners?.delete(type);
  else registry.listeners?.set(type, rest);
}

/**
 * Whether anybody would see an event of this type: firing one that nobody sees costs an object.
 *
 * @param {any} target
 * @param {string} type
 */
export function hasListeners(target, type) {
  if (target === globalThis && globalRegistry === null) return false;
  return registryOf(target).listeners?.has(type) ?? false;
}

/**
 * The callbacks that listen to events of this type.
 *
 * @param {any} target
 * @param {string} type
 */
export function listenersOf(target, type) {
  if (target === globalThis && globalRegistry === null) return [];
  return (registryOf(target).listeners?.get(type) ?? []).map((listener) => listener.callback);
}

/**
 * Fires an event that the platform made.
 *
 * @param {any} target
 * @param {Event} event
 * @returns {boolean} false when it was cancelled
 */
export function fire(target, event) {
  return dispatch(event, target, registryOf(target), true);
}

/**
 * Defines the event handler attribute `on<type>` of an interface or of the global object.
 *
 * @param {object} owner the prototype, or the global object itself
 * @param {string} type
 * @param {(handler: Function, target: any, event: any) => boolean} [call] calls the handler and says whether to cancel
 */
export function defineEventHandler(owner, type, call = callHandler) {
  const { get, set } = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor({
    get [`on${type}`]() { return registryOf(this ?? globalThis).handlers?.get(type)?.value ?? null; },
    set [`on${type}`](/** @type {any} */ value) { setHandler(this ?? globalThis, type, isObject(value) ? value : null, call); },
  }, `on${type}`));
  Object.defineProperty(owner, `on${type}`, { get, set, enumerable: true, configurable: true });
}

/**
 * @param {Function} handler
 * @param {any} target
 * @param {Event} event
 */
function callHandler(handler, target, event) {
  return Reflect.apply(handler, target, [event]) === false;
}

/**
 * @param {any} target
 * @param {string} type
 * @param {any} value
 * @param {(handler: Function, target: any, event: any) => boolean} call
 */
function setHandler(target, type, value, call) {
  const registry = registryOf(target);
  registry.handlers ??= new Map();
  const known = registry.handlers.get(type);
  if (value === null) {
    if (known === undefined) return;
    registry.handlers.delete(type);
    removeListener(registry, type, /** @type {any} */ (known).listener);
  } else if (known !== undefined) {
    // A handler keeps the place in the order that its first value got.
    known.value = value;
  } else {
    const slot = { value, listener: /** @type {Listener | undefined} */ (undefined) };
    const run = (/** @type {Event} */ event) => {
      if (typeof slot.value === 'function' && call(slot.value, target, event)) event.preventDefault();
    };
    slot.listener = addListener(registry, type, run, false, false, false);
    registry.handlers.set(type, slot);
  }
}
