/** `console.table`: rows and columns drawn with box characters, for at most `MAX_ROWS` rows and `MAX_COLUMNS` columns. */

import { textWidth } from './inspect-layout.js';
import { more } from './inspect-text.js';
import { inspect } from './inspect.js';
import { classOf } from './kinds.js';

const INDEX = '(index)';
const ITERATION = '(iteration index)';
const MAX_ROWS = 1000;
const MAX_COLUMNS = 100;

/** @param {any} value */
function cell(value) {
  const flat = typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value) &&
    Object.keys(value).length > 2;
  return inspect(value, { depth: flat ? -1 : 0, maxArrayLength: 3, breakLength: Infinity });
}

/**
 * @param {string[]} head
 * @param {string[][]} columns
 * @param {number} total the number of rows that there are
 */
function draw(head, columns, total) {
  const height = Math.max(...columns.map((column) => column.length));
  const widths = head.map((name, i) => {
    let width = textWidth(name);
    for (let row = 0; row < height; row++) width = Math.max(width, textWidth(columns[i][row] ?? ''));
    return width;
  });
  const rule = (/** @type {string} */ left, /** @type {string} */ middle, /** @type {string} */ right) => (
    left + widths.map((width) => '─'.repeat(width + 2)).join(middle) + right
  );
  const line = (/** @type {string[]} */ cells) => (
    `│ ${cells.map((text, i) => text + ' '.repeat(widths[i] - textWidth(text))).join(' │ ')} │`
  );
  const lines = [rule('┌', '┬', '┐'), line(head), rule('├', '┼', '┤')];
  for (let row = 0; row < height; row++) lines.push(line(columns.map((column) => column[row] ?? '')));
  lines.push(rule('└', '┴', '┘'));
  if (total > MAX_ROWS) lines.push(more(total - MAX_ROWS, 'row'));
  return lines.join('\n');
}

/**
 * The rows that are drawn, and how many there are.
 *
 * @param {Iterable<any>} items
 * @returns {[any[], number]}
 */
function firstRows(items) {
  const all = [...items];
  return [all.slice(0, MAX_ROWS), all.length];
}

/**
 * @param {any} data an object
 * @param {string[]} [properties] the columns to show
 * @returns {string}
 */
export function table(data, properties) {
  const kind = classOf(data);
  if (kind === 'Map') {
    const [entries, size] = firstRows(Map.prototype.entries.call(data));
    return draw([ITERATION, 'Key', 'Values'], [
      entries.map((_, i) => `${i}`), entries.map(([key]) => cell(key)), entries.map(([, value]) => cell(value)),
    ], size);
  }
  if (kind === 'Set') {
    const [values, size] = firstRows(Set.prototype.values.call(data));
    return draw([ITERATION, 'Values'], [values.map((_, i) => `${i}`), values.map(cell)], size);
  }
  const keys = Object.keys(data);
  const rows = keys.slice(0, MAX_ROWS);
  /** @type {Map<string, string[]>} */
  const columns = new Map();
  /** @type {string[] | undefined} */
  let values;
  rows.forEach((row, i) => {
    const item = data[row];
    const primitive = item === null || (typeof item !== 'object' && typeof item !== 'function');
    if (primitive && properties === undefined) {
      values ??= [];
      values[i] = cell(item);
      return;
    }
    for (const key of properties ?? Object.keys(item)) {
      const name = `${key}`;
      let column = columns.get(name);
      if (column === undefined) {
        if (columns.size === MAX_COLUMNS) break;
        columns.set(name, column = []);
      }
      column[i] = primitive || !Object.hasOwn(item, key) ? '' : cell(item[key]);
    }
  });
  // Names that are numbers come first, as they do in an object.
  const named = Object.assign(Object.create(null), Object.fromEntries(columns));
  const head = [INDEX, ...Object.keys(named)];
  const body = [rows, ...head.slice(1).map((name) => named[name])];
  if (values !== undefined) {
    head.push('Values');
    body.push(values);
  }
  return draw(head, body, keys.length);
}
