/**
 * Bytes as the modules of Node take and give them: what comes in may be text in an encoding, what goes out is a `Buffer`.
 * The one place where a `Uint8Array` becomes one; without `node:buffer` it stays what it is.
 */

import { loadModule, utf8Encode } from 'native';

/** An error as Node makes them. @param {ErrorConstructor} Class @param {string} code @param {string} message */
export function nodeError(Class, code, message) {
  const error = new Class(message);
  Object.defineProperty(error, 'code', { value: code, writable: true, enumerable: true, configurable: true });
  // The stack, which is written when it is first read, names the code.
  Object.defineProperty(error, 'name', { value: `${Class.name} [${code}]`, writable: true, configurable: true });
  error.stack;
  error.name = Class.name;
  return error;
}

/** @param {string} name @param {string} expected @param {unknown} value */
export function invalidType(name, expected, value) {
  const what = name.includes('.') ? 'property' : 'argument';
  return nodeError(TypeError, 'ERR_INVALID_ARG_TYPE', `The "${name}" ${what} must be ${expected}. Received ${kindOf(value)}`);
}

/** As Node says what it was given. @param {any} value */
function kindOf(value) {
  if (value === undefined || value === null) return `${value}`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') return value.constructor?.name ? `an instance of ${value.constructor.name}` : 'an object without a class';
  return `type ${typeof value} (${shown(value)})`;
}

/** @param {unknown} value that is no object */
function shown(value) {
  const text = typeof value === 'string' ? `'${value}'` : `${String(value)}${typeof value === 'bigint' ? 'n' : ''}`;
  return text.length > 28 ? `${text.slice(0, 25)}...` : text;
}

/** @param {string} name @param {string} range @param {unknown} value */
export function outOfRange(name, range, value) {
  return nodeError(RangeError, 'ERR_OUT_OF_RANGE', `The value of "${name}" is out of range. It must be ${range}. Received ${String(value)}`);
}

/** @param {string} name @param {unknown} value @param {string} [reason] */
export function invalidValue(name, value, reason = 'is invalid') {
  return nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', `The ${name.includes('.') ? 'property' : 'argument'} '${name}' ${reason}. Received ${typeof value === 'string' ? `'${value}'` : String(value)}`);
}

/** A whole number in a range, or the error that Node throws. @param {unknown} value @returns {number} */
export function checkInteger(value, name, least, most) {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < least || value > most) throw outOfRange(name, `>= ${least} && <= ${most}`, value);
  return value;
}

export function checkCallback(callback) {
  if (typeof callback !== 'function') throw invalidType('callback', 'of type function', callback);
}

let bufferModule;

/** `Buffer`, or undefined. */
export function bufferClass() {
  if (bufferModule === undefined) {
    try {
      bufferModule = loadModule('node/buffer.js');
    } catch {
      bufferModule = {};
    }
  }
  return bufferModule.Buffer;
}

/** @param {Uint8Array} bytes */
export function toBuffer(bytes) {
  const Buffer = bufferClass();
  return Buffer === undefined ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const { fromBase64, fromHex } = Uint8Array;
const { toBase64, toHex } = Uint8Array.prototype;

/** Bytes of a text. @param {string} text @param {string} encoding */
function decode(text, encoding) {
  switch (encoding) {
    case undefined: case null: case 'buffer': case 'utf8': case 'utf-8':
      return utf8Encode(text);
    case 'latin1': case 'binary': case 'ascii':
      return Uint8Array.from(text, (character) => character.charCodeAt(0));
    case 'hex':
      if (text.length % 2 === 0 && /^[\da-f]*$/i.test(text)) return Reflect.apply(fromHex, Uint8Array, [text]);
      break;
    case 'base64': case 'base64url':
      if (/^[\w+/-]*=*$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1) {
        const plain = text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
        return Reflect.apply(fromBase64, Uint8Array, [plain]);
      }
      break;
    default:
  }
  const Buffer = bufferClass();
  if (Buffer === undefined) throw nodeError(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${encoding}`);
  return Buffer.from(text, encoding);
}

/**
 * Bytes of an argument, not copied when they are bytes already.
 * @param {any} value @param {string} name @param {string} [encoding] of a text
 * @returns {Uint8Array}
 */
export function toBytes(value, name, encoding = undefined) {
  if (typeof value === 'string') return decode(value, encoding?.toLowerCase?.() ?? encoding);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer || (typeof SharedArrayBuffer !== 'undefined' && value instanceof SharedArrayBuffer)) return new Uint8Array(value);
  throw invalidType(name, 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView', value);
}

/** A result: a Buffer, or text when there is an encoding. @param {Uint8Array} bytes @param {string} [encoding] */
export function output(bytes, encoding = undefined) {
  switch (encoding) {
    case undefined: case null: case 'buffer':
      return toBuffer(bytes);
    case 'hex':
      return Reflect.apply(toHex, bytes, []);
    case 'base64':
      return Reflect.apply(toBase64, bytes, []);
    case 'base64url':
      return Reflect.apply(toBase64, bytes, [{ alphabet: 'base64url', omitPadding: true }]);
    case 'latin1': case 'binary':
      return latin1(bytes);
    default:
      return text(bytes, encoding);
  }
}

function latin1(bytes) {
  let out = '';
  for (let at = 0; at < bytes.length; at += 8192) out += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return out;
}

function text(bytes, encoding) {
  const Buffer = bufferClass();
  if (Buffer !== undefined) return toBuffer(bytes).toString(encoding);
  if (encoding === 'utf8' || encoding === 'utf-8') return new TextDecoder().decode(bytes);
  throw nodeError(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${encoding}`);
}

/** Calls back from a turn of its own with what a function gives or throws. @param {Function} callback */
export function later(callback, compute) {
  let outcome;
  try {
    outcome = [null, compute()];
  } catch (error) {
    outcome = [error];
  }
  setImmediate(callback, ...outcome);
}

/** Calls back when a promise has settled. @param {Promise<unknown>} promise @param {Function} callback */
export function settle(promise, callback) {
  // Outside of the promise: what the callback throws is not a rejection.
  promise.then((value) => setImmediate(callback, null, value), (error) => setImmediate(callback, error));
}

/**
 * Lets an object be a stream of Node's, from the first time that it is used as one: few are, and `node:stream` is large.
 * @param {Function} Class @param {(object: any) => object} options of a Transform for one object
 */
export function streamOnDemand(Class, options) {
  const streams = new WeakMap();
  const streamOf = (object) => {
    let stream = streams.get(object);
    if (stream === undefined) {
      const { Transform } = loadModule('node/stream.js');
      stream = new Transform(options(object));
      streams.set(object, stream);
    }
    return stream;
  };
  const methods = [
    'addListener', 'destroy', 'emit', 'end', 'listenerCount', 'off', 'on', 'once', 'pause', 'pipe', 'prependListener', 'read',
    'removeAllListeners', 'removeListener', 'resume', 'setEncoding', 'unpipe', 'write', Symbol.asyncIterator,
  ];
  for (const name of methods) {
    Object.defineProperty(Class.prototype, name, {
      value(...args) {
        const stream = streamOf(this);
        const result = stream[name](...args);
        return result === stream ? this : result;
      },
      writable: true,
      configurable: true,
    });
  }
  for (const name of ['_readableState', '_writableState', 'readable', 'writable', 'destroyed']) {
    Object.defineProperty(Class.prototype, name, { get() { return streamOf(this)[name]; }, configurable: true });
  }
}
