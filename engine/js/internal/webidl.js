/**
 * What every interface of the web platform has in common: property attributes, argument checks, conversions of strings,
 * and the iterators of pair-iterable classes. Only what the classes of `web/` need, and nothing generic at call time:
 * the checks are plain functions, so that a hot method pays for the one it calls.
 */

/** Prototypes of the platform's interfaces, whose state is private: what cannot see it cannot copy it. @type {Set<object>} */
export const platformPrototypes = new Set();

/** Methods and accessors of web interfaces are enumerable, those of a class body are not. */
export function defineInterface(constructor, name) {
  const prototype = constructor.prototype;
  platformPrototypes.add(prototype);
  for (const target of [prototype, constructor]) {
    for (const key of Object.getOwnPropertyNames(target)) {
      if (target === constructor ? key === 'prototype' || key === 'length' || key === 'name' : key === 'constructor') continue;
      const descriptor = Object.getOwnPropertyDescriptor(target, key);
      if (descriptor.configurable) Object.defineProperty(target, key, { ...descriptor, enumerable: true });
    }
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  return constructor;
}

/** @param {number} given @param {number} needed @param {string} what */
export function requireArguments(given, needed, what) {
  if (given < needed) {
    throw new TypeError(`${what}: ${needed} argument${needed === 1 ? '' : 's'} required, but only ${given} present`);
  }
}

/** A string without lone surrogates. */
export function toUSVString(value) {
  return (typeof value === 'string' ? value : toText(value)).toWellFormed();
}

// A template literal throws for a symbol where String() does not, which is what the standard asks for.
function toText(value) {
  return `${value}`;
}

const BYTES = /^[\0-\xff]*$/;

/** A string in which every code unit is a byte. */
export function toByteString(value, what) {
  const text = typeof value === 'string' ? value : toText(value);
  if (!BYTES.test(text)) throw new TypeError(`${what}: the string contains a character above U+00FF`);
  return text;
}

/** The dictionary that an optional argument stands for; an empty one when it was left out. */
export function toDictionary(value, what) {
  if (value === undefined || value === null) return EMPTY;
  if (typeof value !== 'object' && typeof value !== 'function') throw new TypeError(`${what} is not an object`);
  return value;
}

const EMPTY = Object.freeze({ __proto__: null });

/**
 * Calls back for each [name, value] of a sequence of pairs or of a record, as unions of the two are converted; `method` is
 * what `init[Symbol.iterator]` gave, which may be asked for only once.
 */
export function forEachPair(init, method, what, visit, toKey) {
  if (method !== undefined && method !== null) {
    if (typeof method !== 'function') throw new TypeError(`${what} is not iterable`);
    for (const pair of { [Symbol.iterator]: () => method.call(init) }) {
      if (pair === null || (typeof pair !== 'object' && typeof pair !== 'function') || typeof pair[Symbol.iterator] !== 'function') {
        throw new TypeError(`${what}: each pair must be an iterable object`);
      }
      const list = Array.isArray(pair) ? pair : [...pair];
      if (list.length !== 2) throw new TypeError(`${what}: each pair must have a name and a value`);
      visit(list[0], list[1]);
    }
    return;
  }
  for (const key of Reflect.ownKeys(init)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(init, key);
    if (descriptor === undefined || !descriptor.enumerable) continue;
    const name = toKey(key);
    visit(name, init[key]);
  }
}

const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

/**
 * Gives a class `entries`, `keys`, `values`, `forEach` and `Symbol.iterator`.
 * `pairAt(object, index)` returns [name, value] or undefined at the end, and throws for an object of another class.
 */
export function definePairIterable(constructor, name, pairAt) {
  class PairIterator {
    #target;
    #kind;
    #index = 0;
    constructor(target, kind) {
      this.#target = target;
      this.#kind = kind;
    }
    next() {
      const pair = pairAt(this.#target, this.#index);
      if (pair === undefined) return { value: undefined, done: true };
      this.#index++;
      return { value: this.#kind === 2 ? pair : pair[this.#kind], done: false };
    }
  }
  delete PairIterator.prototype.constructor;
  Object.setPrototypeOf(PairIterator.prototype, IteratorPrototype);
  Object.defineProperty(PairIterator.prototype, 'next', { enumerable: true });
  Object.defineProperty(PairIterator.prototype, Symbol.toStringTag, { value: `${name} Iterator`, configurable: true });

  // A first pairAt() is the check that `this` is of the class at all.
  const methods = {
    entries() { pairAt(this, 0); return new PairIterator(this, 2); },
    keys() { pairAt(this, 0); return new PairIterator(this, 0); },
    values() { pairAt(this, 0); return new PairIterator(this, 1); },
    forEach(callback, thisArg = undefined) {
      pairAt(this, 0);
      requireArguments(arguments.length, 1, `${name}.forEach`);
      if (typeof callback !== 'function') throw new TypeError(`${name}.forEach: the callback is not a function`);
      for (let index = 0, pair; (pair = pairAt(this, index)) !== undefined; index++) {
        callback.call(thisArg, pair[1], pair[0], this);
      }
    },
  };
  for (const key of Object.keys(methods)) {
    Object.defineProperty(constructor.prototype, key, { value: methods[key], writable: true, enumerable: true, configurable: true });
  }
  Object.defineProperty(constructor.prototype, Symbol.iterator, { value: methods.entries, writable: true, configurable: true });
}

/** The pairs of a pair-iterable object as `console` shows them: a name that comes again has an array of values. */
export function pairsAsObject(iterable) {
  const object = { __proto__: null };
  for (const [name, value] of iterable) {
    if (!(name in object)) object[name] = value;
    else if (Array.isArray(object[name])) object[name].push(value);
    else object[name] = [object[name], value];
  }
  return { ...object };
}

const bufferLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength').get;
const sharedLength = typeof SharedArrayBuffer === 'undefined'
  ? undefined
  : Object.getOwnPropertyDescriptor(SharedArrayBuffer.prototype, 'byteLength').get;

/** Whether `value` is an ArrayBuffer or a SharedArrayBuffer, of whatever realm and prototype. */
export function isBuffer(value) {
  try {
    bufferLength.call(value);
    return true;
  } catch {
    if (sharedLength === undefined) return false;
    try {
      sharedLength.call(value);
      return true;
    } catch {
      return false;
    }
  }
}
