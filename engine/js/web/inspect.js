/**
 * `inspect`: a value as text for people, written as Node's `util.inspect` writes it, without colour. It never throws and
 * sets off neither getters nor the traps of a Proxy; an object that misbehaves is shown as such, in its place.
 *
 * Limits: items of iterators and weak collections are not shown, and output stops growing at `maxOutput`.
 */

import { proxyParts } from 'native';
import { unwrapProxy } from './inspect-errors.js';
import { keysOf, outlineOf, proxyText, title } from './inspect-kinds.js';
import { arrange } from './inspect-layout.js';
import { keyText, primitiveText } from './inspect-text.js';
import { inspectCustom } from './interfaces.js';
import { classOf } from './kinds.js';

const DEFAULTS = {
  showHidden: false,
  /** Levels of nesting that are shown; Infinity for all. */
  depth: 2,
  customInspect: true,
  showProxy: false,
  maxArrayLength: 100,
  maxStringLength: 10000,
  breakLength: 80,
  /** How many of the innermost levels may share a line, or whether lines are avoided at all. @type {number | boolean} */
  compact: 3,
  /** @type {boolean | ((a: string, b: string) => number)} */
  sorted: false,
  /** @type {boolean | 'get' | 'set'} */
  getters: false,
  numericSeparator: false,
  /** Characters after which only the outermost parts of further objects are shown. */
  maxOutput: 1 << 22,
};

/** Names of what the engine itself provides: the classes that need no explanation. */
const BUILT_IN = new Set(Object.getOwnPropertyNames(globalThis).filter((name) => /^[A-Z][a-zA-Z0-9]+$/.test(name)));

/** @param {unknown} name */
export function isBuiltIn(name) {
  return BUILT_IN.has(/** @type {string} */ (name));
}

/** The options and the state of one run. */
export class Printer {
  showHidden = DEFAULTS.showHidden;
  depth = DEFAULTS.depth;
  customInspect = DEFAULTS.customInspect;
  showProxy = DEFAULTS.showProxy;
  maxArrayLength = DEFAULTS.maxArrayLength;
  maxStringLength = DEFAULTS.maxStringLength;
  breakLength = DEFAULTS.breakLength;
  compact = DEFAULTS.compact;
  sorted = DEFAULTS.sorted;
  getters = DEFAULTS.getters;
  numericSeparator = DEFAULTS.numericSeparator;
  maxOutput = DEFAULTS.maxOutput;

  indentation = 0;
  /** The level of the object whose parts were written last. */
  innermost = 0;
  /** The objects that enclose the one being written. @type {object[]} */
  path = [];
  /** Numbers of the objects that something inside them refers back to. @type {Map<object, number> | undefined} */
  references = undefined;
  written = 0;
  /** What the caller gave, for custom inspectors. @type {any} */
  given = undefined;

  /** @param {any} options */
  constructor(options) {
    if (options === undefined || options === null) return;
    this.given = options;
    for (const key of Object.keys(DEFAULTS)) {
      if (options[key] !== undefined && Object.hasOwn(options, key)) /** @type {any} */ (this)[key] = options[key];
    }
    if (options.depth === null) this.depth = Infinity;
    if (options.maxArrayLength === null) this.maxArrayLength = Infinity;
    if (options.maxStringLength === null) this.maxStringLength = Infinity;
  }

  /** The options as a custom inspector receives them. */
  options() {
    /** @type {any} */
    const options = { stylize: plain };
    for (const key of Object.keys(DEFAULTS)) options[key] = /** @type {any} */ (this)[key];
    return { ...options, colors: false, ...this.given };
  }

  /**
   * @param {any} value
   * @param {number} level
   * @param {boolean} [nested]
   * @returns {string}
   */
  print(value, level, nested = false) {
    if (value === null) return 'null';
    if (typeof value !== 'object' && typeof value !== 'function') return primitiveText(value, this);
    const { indentation, path: { length } } = this;
    try {
      return this.#printObject(value, level, nested);
    } catch (error) {
      // Whatever was being written is given up; what encloses it goes on.
      this.indentation = indentation;
      this.path.length = length;
      return misbehaved(value, error);
    }
  }

  /** @param {any} original @param {number} level @param {boolean} nested */
  #printObject(original, level, nested) {
    let value = original;
    const parts = partsOf(original);
    if (parts !== undefined) {
      const target = parts === null ? undefined : unwrapProxy(original);
      if (parts === null || target === undefined) return '<Revoked Proxy>';
      if (this.showProxy) return proxyText(this, parts, level);
      value = target;
    }
    if (this.customInspect) {
      const text = this.#customText(original, value, level);
      if (typeof text === 'string') return text.replaceAll('\n', `\n${' '.repeat(this.indentation)}`);
      if (text !== original) return this.print(text, level);
    }
    if (this.path.includes(value)) {
      this.references ??= new Map();
      let number = this.references.get(value);
      if (number === undefined) {
        number = this.references.size + 1;
        this.references.set(value, number);
      }
      return `[Circular *${number}]`;
    }
    return this.#printParts(value, level, nested);
  }

  /**
   * What the object's own inspector says; the object itself when it has none, or one that fails.
   *
   * @param {any} original
   * @param {any} value
   * @param {number} level
   */
  #customText(original, value, level) {
    try {
      const custom = value[inspectCustom];
      // Not for the prototype that carries the inspector of its instances.
      if (typeof custom !== 'function' || custom === inspect || value.constructor?.prototype === value) return original;
      const depth = this.given?.depth === null ? null : this.depth - level;
      return Reflect.apply(custom, original, [depth, this.options(), inspect]);
    } catch {
      return original;
    }
  }

  /** @param {any} value @param {number} level @param {boolean} nested */
  #printParts(value, level, nested) {
    /** @type {string[] | undefined} */
    const inherited = this.showHidden && level <= this.depth ? [] : undefined;
    const name = this.#constructorName(value, level, inherited);
    let tag = value[Symbol.toStringTag];
    // An own tag is shown among the properties.
    if (typeof tag !== 'string' || (tag !== '' && showsTag(value, this.showHidden))) tag = '';

    const outline = outlineOf(this, value, level, name, tag, nested);
    const { keys } = outline;
    if (outline.empty !== undefined && keys.length === 0 && !inherited?.length) return outline.empty;
    if (level > this.depth) {
      const text = title(value, name, tag).slice(0, -1);
      return name === null ? text : `[${text}]`;
    }
    const inner = level + 1;
    this.path.push(value);
    this.innermost = inner;
    let entries = outline.entries?.(inner) ?? [];
    const own = keys.map((key) => this.property(value, key, inner, false));
    if (inherited !== undefined) own.push(...inherited);
    const order = this.sorted === true ? undefined : this.sorted || undefined;
    if (this.sorted) {
      if (outline.list) own.sort(order);
      entries = entries.concat(own);
      if (!outline.list) entries.sort(order);
    } else {
      entries = entries.concat(own);
    }
    const number = this.references?.get(value);
    if (number !== undefined) {
      const mark = `<ref *${number}>`;
      if (this.compact === true) outline.open = `${mark} ${outline.open}`;
      else outline.base = outline.base === '' ? mark : `${mark} ${outline.base}`;
    }
    this.path.pop();
    const text = arrange(this, entries, outline, inner, value);
    this.written += text.length;
    if (this.written > this.maxOutput) this.depth = -1;
    return text;
  }

  /**
   * `name: value` of one property, or the value alone for an item of an array.
   *
   * @param {any} value
   * @param {PropertyKey} key
   * @param {number} level
   * @param {boolean} item
   * @param {PropertyDescriptor} [descriptor]
   * @param {any} [receiver]
   */
  property(value, key, level, item, descriptor, receiver = value) {
    descriptor ??= Object.getOwnPropertyDescriptor(value, key) ?? { value: value[key], enumerable: true };
    let text;
    let gap = ' ';
    if (descriptor.value !== undefined) {
      const indent = this.compact === true && !item ? 3 : 2;
      this.indentation += indent;
      text = this.print(descriptor.value, level);
      if (indent === 3 && this.breakLength < text.length) gap = `\n${' '.repeat(this.indentation)}`;
      this.indentation -= indent;
    } else if (descriptor.get !== undefined) {
      text = this.#accessor(/** @type {any} */ (descriptor), level, receiver);
    } else {
      text = descriptor.set === undefined ? 'undefined' : '[Setter]';
    }
    return item ? text : `${keyText(key, descriptor.enumerable !== false)}:${gap}${text}`;
  }

  /** @param {{ get: () => any, set: unknown }} descriptor @param {number} level @param {any} receiver */
  #accessor({ get, set }, level, receiver) {
    const label = set === undefined ? 'Getter' : 'Getter/Setter';
    const called = this.getters === true || this.getters === (set === undefined ? 'get' : 'set');
    if (!called) return `[${label}]`;
    try {
      const value = Reflect.apply(get, receiver, []);
      this.indentation += 2;
      const text = this.print(value, level);
      this.indentation -= 2;
      return typeof value === 'object' && value !== null ? `[${label}] ${text}` : `[${label}: ${text}]`;
    } catch (error) {
      return `[${label}: <Inspection threw (${messageOf(error)})>]`;
    }
  }

  /**
   * The name of the class that an object is an instance of, found along its prototypes. null when it has none.
   *
   * @param {any} value
   * @param {number} level
   * @param {string[] | undefined} inherited collects what classes of the function's own put on their prototypes
   * @returns {string | null}
   */
  #constructorName(value, level, inherited) {
    let first;
    for (let link = value; link !== null; link = Object.getPrototypeOf(link), first ??= link ?? undefined) {
      // These two are known even when somebody tampered with their `constructor`.
      const known = link === Object.prototype ? Object : link === Function.prototype ? Function : undefined;
      if (known !== undefined && link !== value) {
        if (inherited !== undefined && first !== link) this.#addInherited(value, first ?? value, level, inherited);
        return known.name;
      }
      const constructor = Object.getOwnPropertyDescriptor(link, 'constructor')?.value;
      if (typeof constructor === 'function' && constructor.name !== '' && isInstance(value, constructor)) {
        if (inherited !== undefined && (first !== link || !isBuiltIn(constructor.name))) {
          this.#addInherited(value, first ?? value, level, inherited);
        }
        return String(constructor.name);
      }
    }
    if (first === undefined) return null;

    const kind = title(value, null, '').slice(1, -': null prototype] '.length);
    if (level > this.depth) return `${kind} <Complex prototype>`;
    const parent = this.#constructorName(first, level + 1, inherited);
    if (parent !== null) return `${kind} <${parent}>`;
    return `${kind} <${inspect(first, { ...this.options(), customInspect: false, depth: -1 })}>`;
  }

  /** @param {any} value @param {any} link @param {number} level @param {string[]} inherited */
  #addInherited(value, link, level, inherited) {
    const seen = new Set();
    for (let depth = 0; depth < 3; depth++) {
      if (depth !== 0 || value === link) {
        link = Object.getPrototypeOf(link);
        if (link === null) return;
        const constructor = Object.getOwnPropertyDescriptor(link, 'constructor')?.value;
        if (typeof constructor === 'function' && isBuiltIn(constructor.name)) return;
      }
      const keys = Reflect.ownKeys(link);
      this.path.push(value);
      for (const key of keys) {
        if (key === 'constructor' || Object.hasOwn(value, key) || seen.has(key)) continue;
        const descriptor = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(link, key));
        if (typeof descriptor.value === 'function') continue;
        inherited.push(this.property(link, key, level, false, descriptor, value));
      }
      this.path.pop();
      for (const key of keys) seen.add(key);
    }
  }
}

/** @param {unknown} text */
function plain(text) {
  return `${text}`;
}

/** @param {object} value @returns {[object, object] | null | undefined} null for a revoked Proxy */
function partsOf(value) {
  try {
    const parts = proxyParts(value);
    return parts !== undefined && (parts[0] === null || parts[0] === undefined) ? null : parts;
  } catch {
    return null;
  }
}

/** @param {any} value @param {boolean} showHidden */
function showsTag(value, showHidden) {
  return showHidden
    ? Object.hasOwn(value, Symbol.toStringTag)
    : Object.prototype.propertyIsEnumerable.call(value, Symbol.toStringTag);
}

/** @param {any} value @param {Function} constructor */
function isInstance(value, constructor) {
  try {
    return value instanceof constructor;
  } catch {
    return false;
  }
}

/** @param {any} error */
function messageOf(error) {
  try {
    return `${error.message}`;
  } catch {
    return 'unknown';
  }
}

/** @param {object} value @param {unknown} error */
function misbehaved(value, error) {
  if (classOf(value) === 'Proxy' && !partsOf(value)) return '<Revoked Proxy>';
  if (error instanceof RangeError && /stack/.test(messageOf(error))) {
    return `[${Array.isArray(value) ? 'Array' : 'Object'}: Inspection interrupted prematurely. Maximum call stack size exceeded.]`;
  }
  return `<Inspection threw (${messageOf(error)})>`;
}

/**
 * @param {unknown} value
 * @param {any} [options] an object of options, or whether to show hidden properties
 * @param {number | null} [depth]
 * @returns {string}
 */
export function inspect(value, options, depth) {
  let printer;
  try {
    printer = new Printer(typeof options === 'boolean' ? { showHidden: options, depth: depth === undefined ? 2 : depth } : options);
  } catch {
    printer = new Printer(undefined);
  }
  return printer.print(value, 0);
}
inspect.custom = inspectCustom;
