/**
 * `WebAssembly`: the namespace is there, and no module is valid. Functions run inside WebAssembly themselves, where no
 * code can be added. What asks first (`validate`) is told no; what does not ask gets the error of a module that cannot be
 * compiled.
 */

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
for (const name of ['Exception', 'Global', 'Instance', 'Memory', 'Module', 'Table', 'Tag']) {
  Object.defineProperty(WebAssembly, name, { value: missingClass(name), writable: true, configurable: true });
}
for (const Class of [CompileError, LinkError, RuntimeError]) {
  Object.defineProperty(WebAssembly, Class.name, { value: Class, writable: true, configurable: true });
}
Object.defineProperty(WebAssembly, Symbol.toStringTag, { value: 'WebAssembly', configurable: true });
