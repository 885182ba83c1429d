/**
 * `WebAssembly`: the namespace is there, and no module is valid. Functions run inside WebAssembly themselves, where no
 * code can be added. What asks first (`validate`) is told no; what does not ask gets the error of a module that cannot be
 * compiled. A `Memory` needs no code, so there are some.
 */

import { requireArguments } from '../internal/webidl.js';

const REASON = 'WebAssembly is not available in Ramekin';

/** @param {string} name */
function errorClass(name) {
  const { [name]: Class } = { [name]: class extends Error {} };
  Object.defineProperty(Class.prototype, 'name', { value: name, writable: true, configurable: true });
  Object.defineProperty(Class, 'length', { value: 1, configurable: true });
  return Class;
}

const CompileError = errorClass('CompileError');
const LinkError = errorClass('LinkError');
const RuntimeError = errorClass('RuntimeError');

/** @param {string} name */
function missingClass(name) {
  const { [name]: Class } = {
    [name]: class {
      constructor() {
        throw new CompileError(`WebAssembly.${name}: ${REASON}`);
      }
    },
  };
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { value: `WebAssembly.${name}`, configurable: true });
  return Class;
}

const PAGE = 65_536;
const MOST_PAGES = 65_536;

/** @param {any} value @param {string} what */
function pages(value, what) {
  const number = Math.trunc(Number(value));
  if (!(number >= 0 && number <= MOST_PAGES)) throw new TypeError(`WebAssembly.Memory: ${what} must be between 0 and ${MOST_PAGES}`);
  return number;
}

class Memory {
  #buffer;
  #maximum;

  /** @param {{ initial: number, maximum?: number, shared?: boolean }} descriptor */
  constructor(descriptor) {
    requireArguments(arguments.length, 1, 'WebAssembly.Memory');
    if (typeof descriptor !== 'object' || descriptor === null) throw new TypeError('WebAssembly.Memory: argument 1 must be an object');
    const { initial, maximum, shared } = descriptor;
    if (initial === undefined) throw new TypeError("WebAssembly.Memory: the property 'initial' is required");
    const size = pages(initial, 'initial');
    this.#maximum = maximum === undefined ? MOST_PAGES : pages(maximum, 'maximum');
    if (this.#maximum < size) throw new RangeError('WebAssembly.Memory: maximum is less than initial');
    if (shared && maximum === undefined) throw new TypeError('WebAssembly.Memory: a shared memory needs a maximum');
    this.#buffer = shared ? new SharedArrayBuffer(size * PAGE) : new ArrayBuffer(size * PAGE);
  }

  get buffer() { return this.#buffer; }

  /** @param {number} delta */
  grow(delta) {
    requireArguments(arguments.length, 1, 'WebAssembly.Memory.grow');
    const before = this.#buffer.byteLength / PAGE;
    const size = before + pages(delta, 'delta');
    if (size > this.#maximum) throw new RangeError('WebAssembly.Memory.grow: that is more than its maximum');
    if (!(this.#buffer instanceof ArrayBuffer)) throw new RangeError('WebAssembly.Memory.grow: a shared memory does not grow in Ramekin');
    this.#buffer = this.#buffer.transfer(size * PAGE);
    return before;
  }
}
Object.defineProperty(Memory.prototype, Symbol.toStringTag, { value: 'WebAssembly.Memory', configurable: true });

/** @param {any} bytes @param {string} what */
function requireBytes(bytes, what) {
  if (ArrayBuffer.isView(bytes) || bytes instanceof ArrayBuffer) return;
  throw new TypeError(`WebAssembly.${what}: argument 1 must be an ArrayBuffer or a view of one`);
}

const operations = {
  /** @param {any} bytes */
  validate(bytes) {
    requireBytes(bytes, 'validate');
    return false;
  },
  /** @param {any} bytes */
  async compile(bytes) {
    requireBytes(bytes, 'compile');
    throw new CompileError(`WebAssembly.compile: ${REASON}`);
  },
  /** @param {any} bytes */
  async instantiate(bytes) {
    requireBytes(bytes, 'instantiate');
    throw new CompileError(`WebAssembly.instantiate: ${REASON}`);
  },
  /** @param {any} source */
  async compileStreaming(source) {
    await source;
    throw new CompileError(`WebAssembly.compileStreaming: ${REASON}`);
  },
  /** @param {any} source */
  async instantiateStreaming(source) {
    await source;
    throw new CompileError(`WebAssembly.instantiateStreaming: ${REASON}`);
  },
};

export const WebAssembly = { ...operations };
const missing = ['Exception', 'Global', 'Instance', 'Module', 'Table', 'Tag'].map(missingClass);
for (const Class of [CompileError, LinkError, RuntimeError, Memory, ...missing]) {
  Object.defineProperty(WebAssembly, Class.name, { value: Class, writable: true, configurable: true });
}
Object.defineProperty(WebAssembly, Symbol.toStringTag, { value: 'WebAssembly', configurable: true });
