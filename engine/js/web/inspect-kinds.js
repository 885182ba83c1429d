/**
 * What `inspect` shows of each kind of object: the text before the braces, the entries that are not properties, and the
 * properties to list. The kind is the engine's own word for it, so that an object cannot pass for what it is not.
 */

import { promiseState } from 'native';
import { isError } from './errors.js';
import { errorText } from './inspect-errors.js';
import { arrange } from './inspect-layout.js';
import { bigintText, more, numberText, primitiveText } from './inspect-text.js';
import { classOf } from './kinds.js';

/**
 * @typedef {import('./inspect.js').Printer} Printer
 * @typedef {import('./inspect-layout.js').Frame & {
 *   keys: PropertyKey[],
 *   entries: ((level: number) => string[]) | undefined,
 *   empty: string | undefined,
 * }} Outline `empty` is the whole text when there is nothing between the braces
 */

/** @param {object} prototype @param {PropertyKey} key */
const getter = (prototype, key) => {
  const get = /** @type {() => any} */ (Object.getOwnPropertyDescriptor(prototype, key)?.get);
  return (/** @type {object} */ object) => Reflect.apply(get, object, []);
};
const mapSize = getter(Map.prototype, 'size');
const setSize = getter(Set.prototype, 'size');
const mapEntries = Map.prototype.entries;
const setValues = Set.prototype.values;
const arrayLength = getter(Object.getPrototypeOf(Uint8Array.prototype), 'length');
const functionToString = Function.prototype.toString;

const INDEX = /^(?:0|[1-9][0-9]*)$/;
/** Above this length an array is not searched for properties that are no items: listing its keys takes too long. */
const MAX_SEARCHED = 1 << 15;

/**
 * `Name(size) [tag] `, with what stands for a missing constructor.
 *
 * @param {string | null} name
 * @param {string} tag
 * @param {string} fallback
 * @param {string} [size]
 */
export function prefix(name, tag, fallback, size = '') {
  if (name === null) return `[${fallback}${size}: null prototype] ${tag !== '' && fallback !== tag ? `[${tag}] ` : ''}`;
  return `${name}${size} ${tag !== '' && name !== tag ? `[${tag}] ` : ''}`;
}

/**
 * The name of an object as it stands in `[Name]` beyond the depth.
 *
 * @param {object} value
 * @param {string | null} name
 * @param {string} tag
 */
export function title(value, name, tag) {
  let fallback = '';
  if (name === null) {
    fallback = classOf(value) || 'Object';
    if (fallback === tag) fallback = 'Object';
  }
  return prefix(name, tag, fallback);
}

/** @param {object} value @param {boolean} showHidden @returns {PropertyKey[]} */
export function keysOf(value, showHidden) {
  if (showHidden) return Reflect.ownKeys(value);
  /** @type {PropertyKey[]} */
  let keys;
  try {
    keys = Object.keys(value);
  } catch {
    // A module that is not evaluated yet has names without values.
    keys = Object.getOwnPropertyNames(value);
  }
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (Object.prototype.propertyIsEnumerable.call(value, symbol)) keys.push(symbol);
  }
  return keys;
}

/** @param {any} value @param {boolean} showHidden */
function namedKeysOf(value, showHidden) {
  if (value.length > MAX_SEARCHED) return [];
  const keys = keysOf(value, showHidden);
  // Indices come first, so that one look from the end finds where the names begin.
  let names = keys.length;
  while (names > 0 && (typeof keys[names - 1] === 'symbol' || !INDEX.test(/** @type {string} */ (keys[names - 1])))) names--;
  return keys.slice(names);
}

/**
 * @param {Printer} printer
 * @param {any} value
 * @param {number} level
 * @param {string | null} name the constructor's
 * @param {string} tag
 * @param {boolean} nested whether it is the buffer of an array that is shown
 * @returns {Outline}
 */
export function outlineOf(printer, value, level, name, tag, nested) {
  const kind = classOf(value);
  const { showHidden } = printer;
  /** @type {Outline} */
  const outline = { open: '{', close: '}', base: '', list: false, keys: [], entries: undefined, empty: undefined };

  if (name === null || Symbol.iterator in value) {
    if (kind === 'Array') {
      const before = name !== 'Array' || tag !== '' ? prefix(name, tag, 'Array', `(${value.length})`) : '';
      Object.assign(outline, { open: `${before}[`, close: ']', list: true, keys: namedKeysOf(value, showHidden) });
      if (value.length === 0) outline.empty = `${before}[]`;
      outline.entries = (inner) => arrayEntries(printer, value, inner);
      return outline;
    }
    if (kind === 'Set' || kind === 'Map') {
      const size = kind === 'Set' ? setSize(value) : mapSize(value);
      const before = prefix(name, tag, kind, `(${size})`);
      Object.assign(outline, { open: `${before}{`, keys: keysOf(value, showHidden) });
      if (size === 0) outline.empty = `${before}{}`;
      outline.entries = (inner) => (kind === 'Set' ? setEntries : mapEntriesText)(printer, value, size, inner);
      return outline;
    }
    if (ArrayBuffer.isView(value) && kind !== 'DataView') {
      const size = arrayLength(value);
      const before = prefix(name, tag, name === null ? kind : '', `(${size})`);
      Object.assign(outline, { open: `${before}[`, close: ']', list: true, keys: namedKeysOf(value, showHidden) });
      if (size === 0 && !showHidden) outline.empty = `${before}[]`;
      outline.entries = (inner) => typedArrayEntries(printer, value, size, inner);
      return outline;
    }
    if (kind === 'Map Iterator' || kind === 'Set Iterator') {
      outline.keys = keysOf(value, showHidden);
      outline.open = tag === kind || tag === '' ? `[${kind}] {` : `[${tag}] [${kind}] {`;
      // Looking at the items would use the iterator up.
      outline.entries = () => ['<items unknown>'];
      return outline;
    }
  }

  outline.keys = keysOf(value, showHidden);
  if (typeof value === 'function') {
    outline.base = outline.empty = functionText(value, name, tag, kind);
  } else if (kind === 'Arguments' && name === 'Object') {
    outline.open = '[Arguments] {';
    outline.empty = '[Arguments] {}';
  } else if (name === 'Object') {
    if (tag !== '') outline.open = `${prefix(name, tag, 'Object')}{`;
    outline.empty = `${outline.open}}`;
  } else if (kind === 'RegExp') {
    outline.base = outline.empty = withPrefix(regexpText(value, name), name, tag, 'RegExp');
    if (level > printer.depth) outline.keys = [];
  } else if (kind === 'Date') {
    const time = Date.prototype.getTime.call(value);
    const text = Number.isNaN(time) ? 'Invalid Date' : Date.prototype.toISOString.call(value);
    outline.base = outline.empty = withPrefix(text, name, tag, 'Date');
  } else if (isError(value)) {
    outline.base = outline.empty = errorText(printer, value, name, (fallback) => prefix(name, tag, fallback), outline.keys);
  } else if (kind === 'ArrayBuffer' || kind === 'SharedArrayBuffer') {
    const before = prefix(name, tag, kind);
    outline.open = `${before}{`;
    if (nested) outline.empty = `${before}{ byteLength: ${value.byteLength} }`;
    else outline.entries = () => bufferEntries(printer, value);
    if (!nested || outline.keys.length > 0) outline.keys.unshift('byteLength');
  } else if (kind === 'DataView') {
    outline.open = `${prefix(name, tag, kind)}{`;
    outline.keys.unshift('byteLength', 'byteOffset', 'buffer');
  } else if (kind === 'Promise') {
    outline.open = `${prefix(name, tag, kind)}{`;
    outline.entries = (inner) => promiseEntries(printer, value, inner);
  } else if (kind === 'WeakSet' || kind === 'WeakMap') {
    outline.open = `${prefix(name, tag, kind)}{`;
    outline.entries = () => ['<items unknown>'];
  } else if (kind === 'Module') {
    outline.open = `${prefix(name, tag, 'Module')}{`;
    const { keys } = outline;
    outline.entries = (inner) => namespaceEntries(printer, value, keys, inner);
    outline.keys = [];
  } else if (BOXES.has(kind)) {
    if (kind === 'String') outline.keys = outline.keys.slice(String.prototype.valueOf.call(value).length);
    outline.base = outline.empty = boxText(printer, value, kind, name, tag);
  } else {
    const before = title(value, name, tag);
    outline.open = `${before}{`;
    outline.empty = `${before}{}`;
  }
  return outline;
}

/** @param {string} text @param {string | null} name @param {string} tag @param {string} kind */
function withPrefix(text, name, tag, kind) {
  const before = prefix(name, tag, kind);
  return before === `${kind} ` ? text : `${before}${text}`;
}

/** @param {RegExp} value @param {string | null} name */
function regexpText(value, name) {
  // Without its prototype it has lost the getters that its text is made of.
  return RegExp.prototype.toString.call(name === null ? new RegExp(value) : value);
}

const BOXES = new Map(/** @type {[string, (value: any) => any][]} */ ([
  ['Number', (value) => Number.prototype.valueOf.call(value)],
  ['String', (value) => String.prototype.valueOf.call(value)],
  ['Boolean', (value) => Boolean.prototype.valueOf.call(value)],
  ['BigInt', (value) => BigInt.prototype.valueOf.call(value)],
  ['Symbol', (value) => Symbol.prototype.valueOf.call(value)],
]));

/** @param {Printer} printer @param {any} value @param {string} kind @param {string | null} name @param {string} tag */
function boxText(printer, value, kind, name, tag) {
  let text = `[${kind}`;
  if (kind !== name) text += name === null ? ' (null prototype)' : ` (${name})`;
  text += `: ${primitiveText(BOXES.get(kind)?.(value), printer)}]`;
  return tag !== '' && tag !== name ? `${text} [${tag}]` : text;
}

/** @param {any} value @param {string | null} name @param {string} tag @param {string} kind */
function functionText(value, name, tag, kind) {
  if (isClass(value)) return classText(value, name, tag);
  let type = 'Function';
  if (kind.endsWith('GeneratorFunction')) type = `Generator${type}`;
  if (kind.startsWith('Async')) type = `Async${type}`;
  let text = `[${type}${name === null ? ' (null prototype)' : ''}`;
  text += value.name === '' ? ' (anonymous)]' : `: ${value.name}]`;
  if (name !== null && name !== type) text += ` ${name}`;
  return tag !== '' && name !== tag ? `${text} [${tag}]` : text;
}

/** @param {Function} value */
function isClass(value) {
  const source = Reflect.apply(functionToString, value, []);
  if (!source.startsWith('class') || !source.endsWith('}')) return false;
  const rest = source.slice(5, -1);
  const brace = rest.indexOf('{');
  if (brace === -1) return false;
  if (!rest.slice(0, brace).includes('(')) return true;
  return /^(\s+[^(]*?)\s*{/.test(rest.replace(/\/\/.*?\n|\/\*(?:.|\n)*?\*\//g, ''));
}

/** @param {any} value @param {string | null} name @param {string} tag */
function classText(value, name, tag) {
  let text = `class ${(Object.hasOwn(value, 'name') && value.name) || '(anonymous)'}`;
  if (name !== 'Function' && name !== null) text += ` [${name}]`;
  if (tag !== '' && name !== tag) text += ` [${tag}]`;
  if (name === null) return `[${text} extends [null prototype]]`;
  const parent = Object.getPrototypeOf(value).name;
  return parent ? `[${text} extends ${parent}]` : `[${text}]`;
}

/** @param {Printer} printer @param {any} value @param {PropertyKey[]} keys @param {number} level */
function namespaceEntries(printer, value, keys, level) {
  return keys.map((key) => {
    try {
      return printer.property(value, key, level, false);
    } catch {
      return `${String(key)}: <uninitialized>`;
    }
  });
}

/** @param {Printer} printer @param {any[]} value @param {number} level */
function arrayEntries(printer, value, level) {
  const shown = Math.min(Math.max(0, printer.maxArrayLength), value.length);
  const entries = [];
  for (let i = 0; i < shown; i++) {
    if (!Object.hasOwn(value, i)) return sparseEntries(printer, value, level, shown, entries, i);
    entries.push(printer.property(value, i, level, true));
  }
  if (value.length > shown) entries.push(more(value.length - shown, 'item'));
  return entries;
}

/**
 * Goes on from the first hole, from one present index to the next.
 *
 * @param {Printer} printer
 * @param {any[]} value
 * @param {number} level
 * @param {number} shown
 * @param {string[]} entries
 * @param {number} index
 */
function sparseEntries(printer, value, level, shown, entries, index) {
  const keys = Object.keys(value);
  for (let i = index; i < keys.length && entries.length < shown; i++) {
    const key = keys[i];
    if (!INDEX.test(key) || +key > 2 ** 32 - 2) break;
    if (+key !== index) {
      entries.push(holes(+key - index));
      index = +key;
      if (entries.length === shown) break;
    }
    entries.push(printer.property(value, key, level, true));
    index++;
  }
  const rest = value.length - index;
  if (rest > 0) entries.push(entries.length === shown ? more(rest, 'item') : holes(rest));
  return entries;
}

/** @param {number} count */
function holes(count) {
  return `<${count} empty item${count > 1 ? 's' : ''}>`;
}

/** @param {Printer} printer @param {any} value @param {number} size @param {number} level */
function typedArrayEntries(printer, value, size, level) {
  const shown = Math.min(Math.max(0, printer.maxArrayLength), size);
  const entries = [];
  for (let i = 0; i < shown; i++) {
    const item = value[i];
    entries.push(typeof item === 'bigint' ? bigintText(item, printer.numericSeparator) : numberText(item, printer.numericSeparator));
  }
  if (size > shown) entries.push(more(size - shown, 'item'));
  if (printer.showHidden) {
    printer.indentation += 2;
    for (const key of ['BYTES_PER_ELEMENT', 'length', 'byteLength', 'byteOffset', 'buffer']) {
      entries.push(`[${key}]: ${printer.print(value[key], level, true)}`);
    }
    printer.indentation -= 2;
  }
  return entries;
}

/** @param {Printer} printer @param {any} value @param {number} size @param {number} level */
function setEntries(printer, value, size, level) {
  return collect(printer, Reflect.apply(setValues, value, []), size, (item) => printer.print(item, level));
}

/** @param {Printer} printer @param {any} value @param {number} size @param {number} level */
function mapEntriesText(printer, value, size, level) {
  return collect(printer, Reflect.apply(mapEntries, value, []), size, ([key, item]) => (
    `${printer.print(key, level)} => ${printer.print(item, level)}`
  ));
}

/**
 * @param {Printer} printer
 * @param {Iterable<any>} items
 * @param {number} size
 * @param {(item: any) => string} show
 */
function collect(printer, items, size, show) {
  const shown = Math.min(Math.max(0, printer.maxArrayLength), size);
  const entries = [];
  printer.indentation += 2;
  for (const item of items) {
    if (entries.length >= shown) break;
    entries.push(show(item));
  }
  printer.indentation -= 2;
  if (size > shown) entries.push(more(size - shown, 'item'));
  return entries;
}

/** @param {Printer} printer @param {ArrayBuffer} value */
function bufferEntries(printer, value) {
  let bytes;
  try {
    bytes = new Uint8Array(value);
  } catch {
    return ['(detached)'];
  }
  const shown = Math.min(Math.max(0, printer.maxArrayLength), bytes.length);
  let text = '';
  for (let i = 0; i < shown; i++) text += `${i === 0 ? '' : ' '}${bytes[i].toString(16).padStart(2, '0')}`;
  if (bytes.length > shown) text += ` ${more(bytes.length - shown, 'byte')}`;
  return [`[Uint8Contents]: <${text}>`];
}

/** @param {Printer} printer @param {Promise<any>} value @param {number} level */
function promiseEntries(printer, value, level) {
  const [state, result] = promiseState(value);
  if (state === 0) return ['<pending>'];
  printer.indentation += 2;
  const text = printer.print(result, level);
  printer.indentation -= 2;
  return [state === 2 ? `<rejected> ${text}` : text];
}

/** @param {Printer} printer @param {[object, object]} parts @param {number} level */
export function proxyText(printer, parts, level) {
  if (level > printer.depth) return 'Proxy [Array]';
  printer.indentation += 2;
  const entries = parts.map((part) => printer.print(part, level + 1));
  printer.indentation -= 2;
  return arrange(printer, entries, { open: 'Proxy [', close: ']', base: '', list: true }, level + 1);
}
