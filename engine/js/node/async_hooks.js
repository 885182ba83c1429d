/** node:async_hooks: values that follow a call through its callbacks and promises. */
import { asyncContext, setAsyncContext } from 'native';
import { ownAsyncGenerator, trackAsyncContext } from 'native:node';
import { boundToContext, runInContext } from '../internal/async-context.js';
import { requireBuiltin } from '../internal/node/require.js';

/** A context is the stores by their storage; what has none is undefined. @typedef {Map<AsyncLocalStorage, unknown>} Context */

let tracking = false;

/** From here on contexts are followed, in this instance and in every one of its image. */
function track() {
  if (tracking) return;
  tracking = true;
  trackAsyncContext(Promise.resolve(), track.bind(undefined));
  // A generator goes on where it is asked to, which the engine cannot see.
  const prototype = Object.getPrototypeOf(async function* () {}).prototype;
  for (const name of ['next', 'return', 'throw']) {
    const original = prototype[name];
    const method = {
      [name](value) {
        if (asyncContext() !== undefined) ownAsyncGenerator(this);
        return Reflect.apply(original, this, [value]);
      },
    }[name];
    Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true });
  }
}

function validateFunction(value, name) {
  if (typeof value !== 'function') requireBuiltin('internal/validators').validateFunction(value, name);
}

export class AsyncLocalStorage {
  #defaultValue;
  #name = '';

  /** @param {{ defaultValue?: unknown, name?: string }} [options] */
  constructor(options = undefined) {
    if (options !== undefined) {
      requireBuiltin('internal/validators').validateObject(options, 'options');
      this.#defaultValue = options.defaultValue;
      if (options.name !== undefined) this.#name = `${options.name}`;
    }
    track();
  }

  get name() {
    return this.#name;
  }

  /** @param {Function} callback */
  static bind(callback) {
    validateFunction(callback, 'fn');
    return boundToContext(callback);
  }

  static snapshot() {
    const context = asyncContext();
    return (callback, ...args) => runInContext(context, callback, undefined, args);
  }

  /** The context in which this storage has a store. @param {unknown} store @returns {Context} */
  #with(store) {
    const context = new Map(asyncContext());
    return context.set(this, store);
  }

  disable() {
    const context = new Map(asyncContext());
    context.delete(this);
    setAsyncContext(context.size > 0 ? context : undefined, true);
  }

  getStore() {
    const context = asyncContext();
    return context?.has(this) ? context.get(this) : this.#defaultValue;
  }

  /** @param {unknown} store */
  enterWith(store) {
    setAsyncContext(this.#with(store), true);
  }

  /** @param {unknown} store @param {Function} callback @param {...unknown} args */
  run(store, callback, ...args) {
    validateFunction(callback, 'callback');
    // What has this store already is not given another context: most that follow each other are the same.
    if (asyncContext()?.has(this) && Object.is(this.getStore(), store)) return Reflect.apply(callback, null, args);
    return runInContext(this.#with(store), callback, null, args);
  }

  /** @param {Function} callback @param {...unknown} args */
  exit(callback, ...args) {
    validateFunction(callback, 'callback');
    return runInContext(this.#with(undefined), callback, null, args);
  }
}

let lastId = 1;
let current = 1;

export class AsyncResource {
  #id = ++lastId;
  #trigger;
  #context = asyncContext();

  /** @param {string} type @param {any} [options] */
  constructor(type, options = undefined) {
    requireBuiltin('internal/validators').validateString(type, 'type');
    const trigger = typeof options === 'number' ? options : options?.triggerAsyncId;
    if (trigger !== undefined && (!Number.isSafeInteger(trigger) || trigger < -1)) {
      throw new (requireBuiltin('internal/errors').codes.ERR_INVALID_ASYNC_ID)('triggerAsyncId', trigger);
    }
    this.#trigger = trigger ?? current;
    track();
  }

  /** @param {Function} callback @param {unknown} [receiver] @param {...unknown} args */
  runInAsyncScope(callback, receiver = undefined, ...args) {
    const before = current;
    current = this.#id;
    try {
      return runInContext(this.#context, callback, receiver, args);
    } finally {
      current = before;
    }
  }

  emitDestroy() {
    return this;
  }

  asyncId() {
    return this.#id;
  }

  triggerAsyncId() {
    return this.#trigger;
  }

  /** @param {Function} callback @param {unknown} [receiver] */
  bind(callback, receiver = undefined) {
    validateFunction(callback, 'fn');
    const resource = this;
    const bound = function (...args) {
      return resource.runInAsyncScope(callback, receiver === undefined ? this : receiver, ...args);
    };
    Object.defineProperties(bound, {
      length: { value: callback.length, configurable: true },
      asyncResource: { value: resource, writable: true, enumerable: true, configurable: true },
    });
    return bound;
  }

  /** @param {Function} callback @param {string} [type] @param {unknown} [receiver] */
  static bind(callback, type = undefined, receiver = undefined) {
    return new AsyncResource(type || callback?.name || 'bound-anonymous-fn').bind(callback, receiver);
  }
}

/** Nobody is told of the life of a resource: there are none but those of a function's own. */
export function createHook(callbacks) {
  requireBuiltin('internal/validators').validateObject(callbacks, 'callbacks');
  for (const name of ['init', 'before', 'after', 'destroy', 'promiseResolve']) {
    if (callbacks[name] === undefined || typeof callbacks[name] === 'function') continue;
    throw new (requireBuiltin('internal/errors').codes.ERR_ASYNC_CALLBACK)(`hook.${name}`);
  }
  const hook = { enable: () => hook, disable: () => hook };
  return hook;
}

export function executionAsyncId() {
  return current;
}

export function triggerAsyncId() {
  return 0;
}

const topLevel = {};
export function executionAsyncResource() {
  return topLevel;
}

export const asyncWrapProviders = Object.freeze({ __proto__: null, NONE: 0 });

export default {
  AsyncLocalStorage, AsyncResource, asyncWrapProviders, createHook, executionAsyncId, executionAsyncResource, triggerAsyncId,
};
