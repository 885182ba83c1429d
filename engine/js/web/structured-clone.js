/**
 * `structuredClone` of HTML: copies data with its cycles and shared parts, refuses what cannot be copied with a
 * `DataCloneError`, and moves the array buffers, ports and streams of the transfer list.
 *
 * An image of the value is made in one pass, without the standard's intermediate records. Only views of a buffer that is
 * being moved have to wait, since the buffer may be taken only after nothing can fail any more: they are put in as
 * `PendingView`, and a second pass over the image, which has no getters left, completes it.
 */

import { classId } from 'native';
import { brands } from '../internal/brands.js';
import { cloners } from '../internal/cloners.js';
import { blob, ports, streamTransfer } from '../internal/lazy.js';
import { platformPrototypes, requireArguments, toDictionary } from '../internal/webidl.js';
import { DOMException } from './dom-exception.js';
import { ARRAY, OBJECT, classOf } from './kinds.js';

const ERROR_CLASSES = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);
/** @param {object} prototype @param {PropertyKey} key */
const getter = (prototype, key) => {
  const get = /** @type {() => any} */ (Object.getOwnPropertyDescriptor(prototype, key)?.get);
  return (/** @type {object} */ object) => Reflect.apply(get, object, []);
};
const bufferLength = getter(ArrayBuffer.prototype, 'byteLength');
const bufferDetached = getter(ArrayBuffer.prototype, 'detached');
const bufferResizable = getter(ArrayBuffer.prototype, 'resizable');
const bufferMaximum = getter(ArrayBuffer.prototype, 'maxByteLength');
/** The engine's own: it moves the bytes without a copy, and a resizable buffer stays one. */
const { transfer: transferBuffer } = ArrayBuffer.prototype;
const arrayBuffer = getter(typedArrayPrototype, 'buffer');
const arrayOffset = getter(typedArrayPrototype, 'byteOffset');
const arrayBytes = getter(typedArrayPrototype, 'byteLength');
const arrayLength = getter(typedArrayPrototype, 'length');
const viewBuffer = getter(DataView.prototype, 'buffer');
const viewOffset = getter(DataView.prototype, 'byteOffset');
const viewBytes = getter(DataView.prototype, 'byteLength');
const mapEntries = Map.prototype.entries;
const setValues = Set.prototype.values;
const mapSet = Map.prototype.set;
const setAdd = Set.prototype.add;
const regexpSource = getter(RegExp.prototype, 'source');
const regexpFlags = getter(RegExp.prototype, 'flags');

/**
 * Whether it is an interface of the platform: its state is private, so that a copy would come out as an empty object.
 *
 * @param {object} value
 */
function isRefused(value) {
  for (let link = Object.getPrototypeOf(value); link !== null; link = Object.getPrototypeOf(link)) {
    if (platformPrototypes.has(link)) return true;
  }
  return false;
}

/** @param {unknown} value */
function isPlain(value) {
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' || value === null || type === 'undefined';
}

/** @param {string} what */
function cannotClone(what) {
  return new DOMException(`${what} could not be cloned.`, 'DataCloneError');
}

/** @param {object} value */
function refuse(value) {
  let name = 'Object';
  try {
    const { constructor } = /** @type {any} */ (value);
    if (typeof constructor === 'function' && constructor.name) name = constructor.name;
  } catch {
    // The name is for the message only.
  }
  return cannotClone(`#<${name}>`);
}

class PendingView {
  /**
   * @param {ArrayBuffer} buffer
   * @param {(buffer: ArrayBuffer) => object} make
   */
  constructor(buffer, make) {
    this.buffer = buffer;
    this.make = make;
  }
}

/** One run over a value: what was met already stands in `memory`. */
class Cloner {
  /** @type {Map<object, any>} */
  memory = new Map();
  /** What will be moved: buffers, ports and streams. @type {Set<object> | undefined} */
  moving = undefined;
  hasPending = false;
  /** Whether this is the second pass. */
  completing = false;

  /** @param {any} value @returns {any} */
  clone(value) {
    if (typeof value !== 'object' || value === null) {
      if (typeof value === 'symbol') throw cannotClone(String(value));
      if (typeof value === 'function') throw cannotClone(Function.prototype.toString.call(value));
      return value;
    }
    const known = this.memory.get(value);
    if (known !== undefined) return known;
    const id = classId(value);
    if (id === OBJECT) return this.cloneObject(value);
    if (id === ARRAY) return this.cloneArray(value);
    const kind = classOf(value);
    switch (kind) {
      case 'Boolean':
        return this.keep(value, Object(Boolean.prototype.valueOf.call(value)));
      case 'Number':
        return this.keep(value, Object(Number.prototype.valueOf.call(value)));
      case 'String':
        return this.keep(value, Object(String.prototype.valueOf.call(value)));
      case 'BigInt':
        return this.keep(value, Object(BigInt.prototype.valueOf.call(value)));
      case 'Date':
        return this.keep(value, new Date(Date.prototype.getTime.call(value)));
      case 'RegExp':
        return this.keep(value, new RegExp(regexpSource(value), regexpFlags(value)));
      case 'Map':
        return this.cloneMap(value);
      case 'Set':
        return this.cloneSet(value);
      case 'Error':
        return this.cloneError(value);
      case 'DOMException':
        return this.cloneException(value);
      case 'ArrayBuffer':
        return this.cloneBuffer(value);
      case 'SharedArrayBuffer':
        // Within one agent the copy shares its memory, and so may be the object itself.
        return value;
      case 'DataView':
        return this.cloneView(value, DataView, viewBuffer(value));
      default:
        if (ArrayBuffer.isView(value)) return this.cloneView(value, TYPED_ARRAYS.get(kind), arrayBuffer(value));
        throw refuse(value);
    }
  }

  /**
   * @template T
   * @param {object} original
   * @param {T} copy
   * @returns {T}
   */
  keep(original, copy) {
    this.memory.set(original, copy);
    return copy;
  }

  /** @param {any} value */
  cloneObject(value) {
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      if (this.completing && value instanceof PendingView) return this.complete(value);
      if (brands.isBlob(value)) return this.keep(value, blob().cloneBlob(value));
      if (this.moving?.has(value)) {
        // A port or a stream: it stands for the one to come.
        this.hasPending = true;
        return value;
      }
      const cloner = cloners.get(prototype);
      if (cloner !== undefined) return this.keep(value, cloner(value));
      if (isRefused(value)) throw refuse(value);
    }
    return this.cloneMembers(value, Object.keys(value), this.keep(value, {}));
  }

  /** @param {any[]} value */
  cloneArray(value) {
    /** @type {any[]} */
    const copy = this.keep(value, []);
    const { length } = value;
    copy.length = length;
    const keys = Object.keys(value);
    // As many keys as items, the last of them the last index: neither holes nor names, so that no key need be read.
    if (keys.length !== length || (length > 0 && keys[length - 1] !== `${length - 1}`)) return this.cloneMembers(value, keys, copy);
    for (let i = 0; i < length; i++) {
      const member = value[i];
      if (member === undefined && !Object.hasOwn(value, i)) continue;
      copy[i] = isPlain(member) ? member : this.clone(member);
    }
    return copy;
  }

  /** @param {any} value @param {string[]} keys @param {any} copy */
  cloneMembers(value, keys, copy) {
    for (const key of keys) {
      const member = value[key];
      // A getter met earlier may have removed it.
      if (member === undefined && !Object.hasOwn(value, key)) continue;
      const image = isPlain(member) ? member : this.clone(member);
      if (key === '__proto__') {
        Object.defineProperty(copy, key, { value: image, writable: true, enumerable: true, configurable: true });
      } else {
        copy[key] = image;
      }
    }
    return copy;
  }

  /** @param {Map<any, any>} value */
  cloneMap(value) {
    const copy = this.keep(value, new Map());
    const entries = [...Reflect.apply(mapEntries, value, [])];
    for (const [key, member] of entries) Reflect.apply(mapSet, copy, [this.clone(key), this.clone(member)]);
    return copy;
  }

  /** @param {Set<any>} value */
  cloneSet(value) {
    const copy = this.keep(value, new Set());
    const members = [...Reflect.apply(setValues, value, [])];
    for (const member of members) Reflect.apply(setAdd, copy, [this.clone(member)]);
    return copy;
  }

  /** @param {any} value */
  cloneError(value) {
    const name = value.name;
    const Class = Object.hasOwn(ERROR_CLASSES, name) ? ERROR_CLASSES[/** @type {keyof typeof ERROR_CLASSES} */ (name)] : Error;
    const error = this.keep(value, new Class());
    const message = Object.getOwnPropertyDescriptor(value, 'message');
    const hidden = (/** @type {string} */ key, /** @type {any} */ data) => {
      Object.defineProperty(error, key, { value: data, writable: true, enumerable: false, configurable: true });
    };
    if (message !== undefined && 'value' in message) hidden('message', `${message.value}`);
    const stack = value.stack;
    hidden('stack', typeof stack === 'string' ? stack : undefined);
    if (Object.hasOwn(value, 'cause')) hidden('cause', this.clone(value.cause));
    return error;
  }

  /** @param {DOMException} value */
  cloneException(value) {
    const copy = this.keep(value, new DOMException(value.message, value.name));
    Object.defineProperty(copy, 'stack', { value: value.stack, writable: true, enumerable: false, configurable: true });
    return copy;
  }

  /** @param {ArrayBuffer} value */
  cloneBuffer(value) {
    // While buffers are being moved, the original stands for the one to come.
    if (this.moving?.has(value)) {
      this.hasPending = true;
      return value;
    }
    if (bufferDetached(value)) throw new DOMException('An ArrayBuffer is detached and could not be cloned.', 'DataCloneError');
    const length = bufferLength(value);
    const options = bufferResizable(value) ? { maxByteLength: bufferMaximum(value) } : undefined;
    const copy = new ArrayBuffer(length, options);
    new Uint8Array(copy).set(new Uint8Array(value, 0, length));
    return this.keep(value, copy);
  }

  /**
   * @param {any} value
   * @param {any} Class
   * @param {ArrayBuffer} buffer
   */
  cloneView(value, Class, buffer) {
    const isDataView = Class === DataView;
    let offset, length, bytes;
    try {
      offset = isDataView ? viewOffset(value) : arrayOffset(value);
      bytes = isDataView ? viewBytes(value) : arrayBytes(value);
      length = isDataView ? bytes : arrayLength(value);
      // A typed array that has lost its bytes answers 0, where a DataView throws.
      if (!isDataView) new Class(buffer, offset, length);
    } catch {
      throw new DOMException('A view of an ArrayBuffer is out of bounds and could not be cloned.', 'DataCloneError');
    }
    const tracking = isTracking(value, buffer, offset, bytes, isDataView);
    const make = (/** @type {ArrayBuffer} */ target) => (tracking ? new Class(target, offset) : new Class(target, offset, length));
    if (this.moving?.has(buffer)) {
      this.hasPending = true;
      return this.keep(value, new PendingView(buffer, make));
    }
    const target = this.clone(buffer);
    return this.keep(value, make(target));
  }

  /** @param {PendingView} pending */
  complete(pending) {
    return this.keep(pending, pending.make(this.memory.get(pending.buffer)));
  }
}

/**
 * Whether a view follows the length of its resizable buffer. No property says so; a view that ends elsewhere does not,
 * and growing the buffer for a moment, where it has room, tells the rest apart.
 *
 * @param {any} view
 * @param {any} buffer
 * @param {number} offset
 * @param {number} bytes
 * @param {boolean} isDataView
 */
function isTracking(view, buffer, offset, bytes, isDataView) {
  if (classOf(buffer) !== 'ArrayBuffer' || !bufferResizable(buffer)) return false;
  const size = bufferLength(buffer);
  const unit = isDataView ? 1 : view.BYTES_PER_ELEMENT;
  if (size - (offset + bytes) >= unit) return false;
  if (size + unit > bufferMaximum(buffer)) return true;
  buffer.resize(size + unit);
  const grown = isDataView ? viewBytes(view) : arrayBytes(view);
  buffer.resize(size);
  return grown > bytes;
}

/** @type {Map<string, any>} */
const TYPED_ARRAYS = new Map();
for (const name of [
  'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array',
  'BigInt64Array', 'BigUint64Array', 'Float16Array', 'Float32Array', 'Float64Array',
]) {
  if (name in globalThis) TYPED_ARRAYS.set(name, /** @type {any} */ (globalThis)[name]);
}

/**
 * @template T
 * @param {T} value
 * @param {{ transfer?: Iterable<any> }} [options]
 * @returns {T}
 */
export function structuredClone(value, options) {
  requireArguments(arguments.length, 1, 'structuredClone');
  return cloneWith(value, options === undefined ? [] : transferList(options, 'structuredClone'))[0];
}

/**
 * Clones a value and moves what the list names, in this order: everything that can fail comes before anything is moved.
 *
 * @param {any} value
 * @param {any[]} list
 * @returns {[any, any[]]} the clone, and what has become of the entries of the list
 */
export function cloneWith(value, list) {
  const cloner = new Cloner();
  if (list.length === 0) return [cloner.clone(value), []];
  const moving = new Set();
  for (const one of list) {
    if (moving.has(one)) throw new DOMException('An object is in the transfer list twice.', 'DataCloneError');
    if (classOf(one) !== 'ArrayBuffer' && !brands.isPort(one) && !brands.isMovable(one)) {
      throw new DOMException('A value in the transfer list could not be transferred.', 'DataCloneError');
    }
    moving.add(one);
  }
  cloner.moving = moving;
  const image = cloner.clone(value);
  const streams = new Set();
  for (const one of list) {
    if (brands.isMovable(one)) {
      for (const side of streamTransfer().sidesOf(one)) {
        if (side.locked || streams.has(side)) throw new DOMException('A stream in the transfer list is locked.', 'DataCloneError');
        streams.add(side);
      }
    } else if (brands.isPort(one) ? ports().isDetached(one) : bufferDetached(one)) {
      throw new DOMException('An object in the transfer list has been transferred already.', 'DataCloneError');
    }
  }
  const second = new Cloner();
  second.completing = true;
  const moved = list.map((one) => {
    const target = brands.isMovable(one)
      ? streamTransfer().moveStream(one)
      : brands.isPort(one) ? ports().movePort(one) : Reflect.apply(transferBuffer, one, []);
    second.memory.set(one, target);
    return target;
  });
  return [cloner.hasPending ? second.clone(image) : image, moved];
}

/**
 * @param {unknown} options
 * @param {string} what
 * @returns {any[]}
 */
export function transferList(options, what) {
  const { transfer } = toDictionary(options, `${what}: argument 2`);
  if (transfer === undefined) return [];
  if (typeof transfer !== 'object' || transfer === null || typeof transfer[Symbol.iterator] !== 'function') {
    throw new TypeError(`${what}: the transfer list is not iterable`);
  }
  const list = [...transfer];
  for (const one of list) {
    if (typeof one !== 'object' || one === null) throw new TypeError(`${what}: an entry of the transfer list is not an object`);
  }
  return list;
}
