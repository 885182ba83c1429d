/**
 * `primordials`, as the library of Node in `vendor/node` knows it: the language's own functions under one name each, such as
 * `ArrayPrototypePush(list, item)`. Each is made when it is first named, for there are more than a thousand.
 */

const { call } = Function.prototype;
const { bind } = call;

/** @param {Function} method */
const uncurry = (method) => Reflect.apply(bind, call, [method]);

const TypedArray = Object.getPrototypeOf(Uint8Array);
const ArrayIteratorPrototype = Object.getPrototypeOf([][Symbol.iterator]());

/** What is not a global. */
const SOURCES = {
  TypedArray,
  ArrayIterator: { prototype: ArrayIteratorPrototype },
  StringIterator: { prototype: Object.getPrototypeOf(''[Symbol.iterator]()) },
  Iterator: { prototype: Object.getPrototypeOf(ArrayIteratorPrototype) },
  AsyncIterator: { prototype: Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}).prototype) },
};

/** The iterator itself, whatever the function may have put on the prototype since. */
function safeIterator(iterate) {
  return class {
    constructor(iterable) {
      return iterate(iterable);
    }
  };
}

const settled = (promise) => Promise.resolve(promise);

/** Those that are more than one of the language's functions. */
const OWN = {
  uncurryThis: () => uncurry,
  globalThis: () => globalThis,
  SafeMap: () => Map,
  SafeSet: () => Set,
  SafeWeakMap: () => WeakMap,
  SafeWeakSet: () => WeakSet,
  SafeWeakRef: () => WeakRef,
  SafeFinalizationRegistry: () => FinalizationRegistry,
  SafePromiseRace: () => (promises) => Promise.race(promises),
  SafePromiseAll: () => (promises, map) => Promise.all(map ? promises.map(map) : promises),
  SafePromiseAllReturnVoid: () => async (promises, map) => {
    await Promise.all(map ? promises.map(map) : promises);
  },
  SafePromiseAllReturnArrayLike: () => (promises, map) => Promise.all(map ? promises.map(map) : promises),
  SafePromisePrototypeFinally: () => (promise, after) => settled(promise).finally(after),
  SafeArrayIterator: () => safeIterator(uncurry(Array.prototype[Symbol.iterator])),
  SafeStringIterator: () => safeIterator(uncurry(String.prototype[Symbol.iterator])),
  SafeStringPrototypeSearch: () => (text, pattern) => {
    pattern.lastIndex = 0;
    const match = pattern.exec(text);
    return match ? match.index : -1;
  },
  SideEffectFreeRegExpPrototypeExec: () => uncurry(RegExp.prototype.exec),
  SideEffectFreeRegExpPrototypeSymbolReplace: () => uncurry(RegExp.prototype[Symbol.replace]),
  SideEffectFreeRegExpPrototypeSymbolSplit: () => uncurry(RegExp.prototype[Symbol.split]),
  hardenRegExp: () => (pattern) => pattern,
};

const BASES = [
  'AggregateError', 'ArrayBuffer', 'ArrayIterator', 'Array', 'AsyncIterator', 'Atomics', 'BigInt64Array', 'BigUint64Array', 'BigInt',
  'Boolean', 'DataView', 'Date', 'Error', 'EvalError', 'FinalizationRegistry', 'Float16Array', 'Float32Array', 'Float64Array',
  'Function', 'Int16Array', 'Int32Array', 'Int8Array', 'Iterator', 'JSON', 'Map', 'Math', 'Number', 'Object', 'Promise', 'Proxy',
  'RangeError', 'ReferenceError', 'Reflect', 'RegExp', 'Set', 'SharedArrayBuffer', 'StringIterator', 'String', 'Symbol', 'SyntaxError',
  'TypeError', 'TypedArray', 'URIError', 'Uint16Array', 'Uint32Array', 'Uint8Array', 'Uint8ClampedArray', 'WeakMap', 'WeakRef', 'WeakSet',
].sort((a, b) => b.length - a.length);

/** @param {string} text @returns {string | symbol} */
function keyOf(text) {
  if (text.startsWith('Symbol')) return Symbol[lower(text.slice(6))];
  return lower(text);
}

const lower = (text) => (/^[A-Z]{2}/.test(text) ? text : text[0].toLowerCase() + text.slice(1));

/** A member of a prototype, as a function of its receiver. */
function ofPrototype(prototype, name) {
  if (name === '') return prototype;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, keyOf(name)) ?? Object.getOwnPropertyDescriptor(prototype, name);
  if (descriptor !== undefined && 'value' in descriptor) {
    return typeof descriptor.value === 'function' ? uncurry(descriptor.value) : descriptor.value;
  }
  const accessor = Object.getOwnPropertyDescriptor(prototype, keyOf(name.slice(3) || name));
  if (name.startsWith('Get') && accessor?.get) return uncurry(accessor.get);
  if (name.startsWith('Set') && accessor?.set) return uncurry(accessor.set);
  if (name.endsWith('Apply')) {
    const method = prototype[keyOf(name.slice(0, -5))];
    return (receiver, args) => Reflect.apply(method, receiver, args);
  }
  return undefined;
}

/** @param {string} name */
function resolve(name) {
  if (Object.hasOwn(OWN, name)) return OWN[name]();
  if (name in globalThis && !BASES.includes(name) && typeof globalThis[name] === 'function') return globalThis[name];
  const base = BASES.find((candidate) => name.startsWith(candidate));
  if (base === undefined) return undefined;
  const source = SOURCES[base] ?? globalThis[base];
  const rest = name.slice(base.length);
  if (rest === '') return source;
  if (rest.startsWith('Prototype') && source.prototype !== undefined) return ofPrototype(source.prototype, rest.slice(9));
  const value = source[keyOf(rest)] ?? source[rest] ?? source[rest.toUpperCase()];
  if (typeof value === 'function') return base === 'Promise' || base === 'Symbol' ? value.bind(source) : value;
  return value;
}

export const primordials = new Proxy({ __proto__: null }, {
  get(made, name) {
    return name in made ? made[name] : (made[name] = resolve(name));
  },
});
