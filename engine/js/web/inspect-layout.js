/** How `inspect` arranges the entries of an object: on one line, in columns, or each on a line of its own. */

/**
 * Pairs of first and last code point that take two columns: East Asian wide and full-width characters and the emoji that
 * are shown as pictures.
 */
const WIDE = [
  0x1100, 0x115f, 0x231a, 0x231b, 0x2329, 0x232a, 0x23e9, 0x23ec, 0x23f0, 0x23f0, 0x23f3, 0x23f3, 0x25fd, 0x25fe,
  0x2614, 0x2615, 0x2648, 0x2653, 0x267f, 0x267f, 0x2693, 0x2693, 0x26a1, 0x26a1, 0x26aa, 0x26ab, 0x26bd, 0x26be,
  0x26c4, 0x26c5, 0x26ce, 0x26ce, 0x26d4, 0x26d4, 0x26ea, 0x26ea, 0x26f2, 0x26f3, 0x26f5, 0x26f5, 0x26fa, 0x26fa,
  0x26fd, 0x26fd, 0x2705, 0x2705, 0x270a, 0x270b, 0x2728, 0x2728, 0x274c, 0x274c, 0x274e, 0x274e, 0x2753, 0x2755,
  0x2757, 0x2757, 0x2795, 0x2797, 0x27b0, 0x27b0, 0x27bf, 0x27bf, 0x2b1b, 0x2b1c, 0x2b50, 0x2b50, 0x2b55, 0x2b55,
  0x2e80, 0x303e, 0x3041, 0x3247, 0x3250, 0x4dbf, 0x4e00, 0xa4c6, 0xa960, 0xa97c, 0xac00, 0xd7a3, 0xf900, 0xfaff,
  0xfe10, 0xfe19, 0xfe30, 0xfe6b, 0xff01, 0xff60, 0xffe0, 0xffe6, 0x1b000, 0x1b2ff, 0x1f004, 0x1f004, 0x1f0cf, 0x1f0cf,
  0x1f18e, 0x1f18e, 0x1f191, 0x1f19a, 0x1f200, 0x1f320, 0x1f32d, 0x1f335, 0x1f337, 0x1f37c, 0x1f37e, 0x1f393,
  0x1f3a0, 0x1f3ca, 0x1f3cf, 0x1f3d3, 0x1f3e0, 0x1f3f0, 0x1f3f4, 0x1f3f4, 0x1f3f8, 0x1f43e, 0x1f440, 0x1f440,
  0x1f442, 0x1f4fc, 0x1f4ff, 0x1f53d, 0x1f54b, 0x1f54e, 0x1f550, 0x1f567, 0x1f57a, 0x1f57a, 0x1f595, 0x1f596,
  0x1f5a4, 0x1f5a4, 0x1f5fb, 0x1f64f, 0x1f680, 0x1f6c5, 0x1f6cc, 0x1f6cc, 0x1f6d0, 0x1f6d2, 0x1f6d5, 0x1f6d7,
  0x1f6dc, 0x1f6df, 0x1f6eb, 0x1f6ec, 0x1f6f4, 0x1f6fc, 0x1f7e0, 0x1f7eb, 0x1f7f0, 0x1f7f0, 0x1f90c, 0x1f93a,
  0x1f93c, 0x1f945, 0x1f947, 0x1f9ff, 0x1fa70, 0x1faff, 0x20000, 0x3fffd,
];

/** Characters that take no column of their own. */
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;

/** @param {number} code */
function isWide(code) {
  if (code < WIDE[0]) return false;
  let low = 0;
  let high = WIDE.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (code < WIDE[2 * middle]) high = middle - 1;
    else if (code > WIDE[2 * middle + 1]) low = middle + 1;
    else return true;
  }
  return false;
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/**
 * The number of columns that a text takes.
 *
 * @param {string} text
 */
export function textWidth(text) {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text.normalize('NFC')) {
    if (isWide(/** @type {number} */ (character.codePointAt(0)))) width += 2;
    else if (!ZERO_WIDTH.test(character)) width++;
  }
  return width;
}

/**
 * @typedef {object} Frame
 * @property {string} open
 * @property {string} close
 * @property {string} base what stands before the opening brace
 * @property {boolean} list whether the entries may be grouped in columns
 */

/**
 * @param {import('./inspect.js').Printer} printer
 * @param {string[]} entries
 * @param {Frame} frame
 * @param {number} level
 * @param {any} [value] the array itself, whose numbers are aligned to the right
 * @returns {string}
 */
export function arrange(printer, entries, frame, level, value) {
  const { open, close, base } = frame;
  const prefix = base === '' ? '' : `${base} `;
  const indent = `\n${' '.repeat(printer.indentation)}`;
  if (printer.compact === true) {
    if (fits(printer, entries, 0, base)) {
      return `${open}${base === '' ? '' : ` ${base}`} ${entries.join(', ')} ${close}`;
    }
    const start = base === '' && open.length === 1 ? ' ' : `${base === '' ? '' : ` ${base}`}${indent}  `;
    return `${open}${start}${entries.join(`,${indent}  `)} ${close}`;
  }
  if (typeof printer.compact === 'number' && printer.compact >= 1) {
    const count = entries.length;
    if (frame.list && count > 6) entries = group(printer, entries, value);
    // The innermost `compact` levels are put on one line each, where they fit.
    if (printer.innermost - level < printer.compact && count === entries.length) {
      const start = entries.length + printer.indentation + open.length + base.length + 10;
      if (fits(printer, entries, start, base)) {
        const line = entries.join(', ');
        if (!line.includes('\n')) return `${prefix}${open} ${line} ${close}`;
      }
    }
  }
  return `${prefix}${open}${indent}  ${entries.join(`,${indent}  `)}${indent}${close}`;
}

/**
 * @param {import('./inspect.js').Printer} printer
 * @param {string[]} entries
 * @param {number} start
 * @param {string} base
 */
function fits(printer, entries, start, base) {
  let length = entries.length + start;
  if (length + entries.length > printer.breakLength) return false;
  for (const entry of entries) {
    length += entry.length;
    if (length > printer.breakLength) return false;
  }
  return !base.includes('\n');
}

/**
 * Puts short entries into columns, about as wide as high: a character counts as two and a half times as high as wide.
 *
 * @param {import('./inspect.js').Printer} printer
 * @param {string[]} entries
 * @param {any} value
 * @returns {string[]}
 */
function group(printer, entries, value) {
  // The remark about what was left out stands alone on the last line.
  const hasRemark = printer.maxArrayLength < entries.length;
  const count = hasRemark ? entries.length - 1 : entries.length;
  const widths = [];
  let total = 0;
  let widest = 0;
  for (let i = 0; i < count; i++) {
    const width = textWidth(entries[i]);
    widths.push(width);
    total += width + 2;
    if (width > widest) widest = width;
  }
  const cell = widest + 2;
  // Entries of very different width would leave holes.
  if (cell * 3 + printer.indentation >= printer.breakLength) return entries;
  if (total / cell <= 5 && widest > 6) return entries;

  const bias = Math.sqrt(cell - total / entries.length);
  const biased = Math.max(cell - 3 - bias, 1);
  const columns = Math.min(
    Math.round(Math.sqrt(2.5 * biased * count) / biased),
    Math.floor((printer.breakLength - printer.indentation) / cell),
    Number(printer.compact) * 4,
    15,
  );
  if (columns <= 1) return entries;

  const columnWidths = [];
  for (let column = 0; column < columns; column++) {
    let width = 0;
    for (let i = column; i < count; i += columns) width = Math.max(width, widths[i]);
    columnWidths.push(width + 2);
  }
  const numeric = value === undefined || allNumbers(value, entries.length);
  const lines = [];
  for (let start = 0; start < count; start += columns) {
    const end = Math.min(start + columns, count);
    let line = '';
    for (let i = start; i < end; i++) {
      const last = i === end - 1;
      const text = last ? entries[i] : `${entries[i]}, `;
      const width = columnWidths[i - start] - (last ? 2 : 0) + entries[i].length - widths[i];
      if (numeric) line += text.padStart(width);
      else line += last ? text : text.padEnd(width);
    }
    lines.push(line);
  }
  if (hasRemark) lines.push(entries[count]);
  return lines;
}

/** @param {any} value @param {number} count */
function allNumbers(value, count) {
  for (let i = 0; i < count; i++) {
    if (typeof value[i] !== 'number' && typeof value[i] !== 'bigint') return false;
  }
  return true;
}
