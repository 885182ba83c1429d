/**
 * `Atomics` of ECMAScript, which the engine leaves out where there are no threads. Here is one agent, so that whatever it does
 * to its memory is atomic; nobody else could wake it, so that it must not wait.
 */

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);
/** @param {PropertyKey} key */
const getter = (key) => {
  const get = /** @type {() => any} */ (Object.getOwnPropertyDescriptor(typedArrayPrototype, key)?.get);
  return (/** @type {any} */ array) => Reflect.apply(get, array, []);
};
const kindOf = getter(Symbol.toStringTag);
const lengthOf = getter('length');
const bufferOf = getter('buffer');

const NUMBERS = ['Int8Array', 'Uint8Array', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array'];
const BIG = ['BigInt64Array', 'BigUint64Array'];
/** @type {Record<string, any>} */
const CONSTRUCTORS = Object.fromEntries([...NUMBERS, ...BIG].map((name) => [name, (/** @type {any} */ (globalThis))[name]]));
const WAITABLE = ['Int32Array', 'BigInt64Array'];

/** @param {any} array @param {string[]} kinds @returns {string} */
function requireKind(array, kinds) {
  const kind = typeof array === 'object' && array !== null ? kindOf(array) : undefined;
  if (kind === undefined || !kinds.includes(kind)) throw new TypeError('Atomics: the array is not an integer TypedArray of the kind wanted');
  requireAttached(array);
  return kind;
}

/** @param {any} array */
function requireAttached(array) {
  const buffer = bufferOf(array);
  if (buffer instanceof ArrayBuffer && buffer.detached) throw new TypeError('Atomics: the buffer of the array is detached');
}

/** @param {any} array @param {any} index */
function requireIndex(array, index) {
  const length = lengthOf(array);
  const number = Math.trunc(Number(index)) || 0;
  if (number < 0 || number >= length) throw new RangeError('Atomics: the index is out of bounds');
  return number;
}

/** @param {string} kind @param {any} value */
function toElement(kind, value) {
  if (BIG.includes(kind)) return BigInt.asIntN(64, toBigInt(value));
  const number = Math.trunc(Number(value));
  return Number.isNaN(number) ? 0 : number + 0;
}

/** As ToBigInt: a number is refused. @param {any} value @returns {bigint} */
function toBigInt(value) {
  return new BigInt64Array([value])[0];
}

/** @param {string} kind @param {any} value what `store` returns: the whole of it, not what fits into the element */
function stored(kind, value) {
  if (!BIG.includes(kind)) return toElement(kind, value);
  const primitive = typeof value === 'object' && value !== null ? Object(value).valueOf() : value;
  return typeof primitive === 'bigint' ? primitive : toBigInt(value);
}

/** What an operation makes of an element. @param {(old: any, value: any) => any} change */
function changing(change) {
  return (/** @type {any} */ array, /** @type {any} */ index, /** @type {any} */ value) => {
    const kind = requireKind(array, [...NUMBERS, ...BIG]);
    const place = requireIndex(array, index);
    const operand = toElement(kind, value);
    requireAttached(array);
    const old = array[place];
    array[place] = change(old, operand);
    return old;
  };
}

const add = changing((old, value) => old + value);
const and = changing((old, value) => old & value);
const exchange = changing((_, value) => value);
const or = changing((old, value) => old | value);
const sub = changing((old, value) => old - value);
const xor = changing((old, value) => old ^ value);

/** @param {any} array @param {any} index @param {any} value @param {any} timeout */
function checkWait(array, index, value, timeout) {
  const kind = requireKind(array, WAITABLE);
  if (bufferOf(array) instanceof ArrayBuffer) throw new TypeError('Atomics.wait: the array is not shared');
  const place = requireIndex(array, index);
  const expected = kind === 'Int32Array' ? toElement(kind, value) | 0 : toElement(kind, value);
  Number(timeout);
  return array[place] === expected;
}

const operations = {
  add(typedArray, index, value) { return add(typedArray, index, value); },
  and(typedArray, index, value) { return and(typedArray, index, value); },
  compareExchange(typedArray, index, expectedValue, replacementValue) {
    const kind = requireKind(typedArray, [...NUMBERS, ...BIG]);
    const place = requireIndex(typedArray, index);
    const expected = new CONSTRUCTORS[kind]([toElement(kind, expectedValue)])[0];
    const replacement = toElement(kind, replacementValue);
    requireAttached(typedArray);
    const old = typedArray[place];
    if (old === expected) typedArray[place] = replacement;
    return old;
  },
  exchange(typedArray, index, value) { return exchange(typedArray, index, value); },
  isLockFree(size) { return [1, 2, 4, 8].includes(Math.trunc(Number(size))); },
  load(typedArray, index) {
    requireKind(typedArray, [...NUMBERS, ...BIG]);
    const place = requireIndex(typedArray, index);
    requireAttached(typedArray);
    return typedArray[place];
  },
  notify(typedArray, index, count) {
    requireKind(typedArray, WAITABLE);
    requireIndex(typedArray, index);
    if (count !== undefined) Number(count);
    return 0;
  },
  or(typedArray, index, value) { return or(typedArray, index, value); },
  store(typedArray, index, value) {
    const kind = requireKind(typedArray, [...NUMBERS, ...BIG]);
    const place = requireIndex(typedArray, index);
    const whole = stored(kind, value);
    requireAttached(typedArray);
    typedArray[place] = whole;
    return whole;
  },
  sub(typedArray, index, value) { return sub(typedArray, index, value); },
  wait(typedArray, index, value, timeout) {
    if (!checkWait(typedArray, index, value, timeout)) return 'not-equal';
    throw new TypeError('Atomics.wait: there is nobody who could wake this agent');
  },
  xor(typedArray, index, value) { return xor(typedArray, index, value); },
};

export const Atomics = {};
for (const [name, value] of Object.entries(operations)) Object.defineProperty(Atomics, name, { value, writable: true, configurable: true });
Object.defineProperty(Atomics, Symbol.toStringTag, { value: 'Atomics', configurable: true });
