/** How `inspect` writes what has no parts: strings, numbers, symbols, property names. */

/** Printable ASCII that needs neither escapes nor other quotes: one anchored class is what the engine matches fastest. */
const PLAIN = /^[ !-&(-[\]-~]*$/;
const ESCAPES = /[\x00-\x1f\\\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const ESCAPES_AND_QUOTE = /[\x00-\x1f'\\\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const IDENTIFIER = /^[a-zA-Z_][a-zA-Z_0-9]*$/;

/** @type {Record<string, string>} */
const SHORT = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', "'": "\\'", '\\': '\\\\' };

/** @param {string} character */
function escaped(character) {
  if (character in SHORT) return SHORT[character];
  const code = character.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).toUpperCase().padStart(2, '0')}` : `\\u${code.toString(16)}`;
}

/**
 * A string as a literal, in the first kind of quotes that it does not itself contain.
 *
 * @param {string} text
 */
export function quote(text) {
  if (PLAIN.test(text)) return `'${text}'`;
  let mark = "'";
  if (text.includes("'")) {
    if (!text.includes('"')) mark = '"';
    else if (!text.includes('`') && !text.includes('${')) mark = '`';
  }
  return mark + text.replace(mark === "'" ? ESCAPES_AND_QUOTE : ESCAPES, escaped) + mark;
}

/** @param {number} count @param {string} noun */
export function more(count, noun) {
  return `... ${count} more ${noun}${count > 1 ? 's' : ''}`;
}

/** @param {string} digits */
function groupThousands(digits) {
  return digits.replace(/\B(?=(?:\d{3})+$)/g, '_');
}

/** @param {number} number @param {boolean} separated */
export function numberText(number, separated) {
  if (Object.is(number, -0)) return '-0';
  const text = `${number}`;
  if (!separated || !Number.isFinite(number) || text.includes('e')) return text;
  const [whole, fraction] = text.split('.');
  return fraction === undefined
    ? groupThousands(whole)
    : `${groupThousands(whole)}.${fraction.replace(/\d{3}(?=\d)/g, '$&_')}`;
}

/** @param {bigint} number @param {boolean} separated */
export function bigintText(number, separated) {
  const text = `${number}`;
  return `${separated ? groupThousands(text) : text}n`;
}

const symbolToString = Symbol.prototype.toString;

/** @param {symbol} symbol @returns {string} */
export function symbolText(symbol) {
  return Reflect.apply(symbolToString, symbol, []);
}

/**
 * @param {any} value
 * @param {import('./inspect.js').Printer} printer
 * @returns {string}
 */
export function primitiveText(value, printer) {
  switch (typeof value) {
    case 'string': return stringText(value, printer);
    case 'number': return numberText(value, printer.numericSeparator);
    case 'bigint': return bigintText(value, printer.numericSeparator);
    case 'symbol': return symbolText(value);
    default: return `${value}`;
  }
}

/**
 * @param {string} text
 * @param {import('./inspect.js').Printer} printer
 */
function stringText(text, printer) {
  let rest = '';
  if (text.length > printer.maxStringLength) {
    rest = more(text.length - printer.maxStringLength, 'character');
    text = text.slice(0, printer.maxStringLength);
  }
  // A long text of several lines is shown line by line.
  if (printer.compact !== true && text.length > 16 && text.length > printer.breakLength - printer.indentation - 4) {
    const lines = text.split(/(?<=\n)/);
    return lines.map(quote).join(` +\n${' '.repeat(printer.indentation + 2)}`) + rest;
  }
  return quote(text) + rest;
}

/**
 * A property's name, as it stands before the colon.
 *
 * @param {PropertyKey} key
 * @param {boolean} enumerable
 */
export function keyText(key, enumerable) {
  if (typeof key === 'symbol') return `[${symbolText(key).replace(ESCAPES_AND_QUOTE, escaped)}]`;
  const name = `${String(key)}`;
  if (name === '__proto__') return "['__proto__']";
  if (!enumerable) return `[${name.replace(ESCAPES_AND_QUOTE, escaped)}]`;
  return IDENTIFIER.test(name) ? name : quote(name);
}
