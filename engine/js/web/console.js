/**
 * `console` of the Console Standard, with Node's text. Each call becomes one entry of the function's log; the level is
 * the standard's log level of the method. A call of `console` never throws, whatever it is given to show.
 */

import { log, monotonicNow } from 'native';
import { consoleTable, format, inspection } from '../internal/lazy.js';

const DEBUG = 0;
const LOG = 1;
const INFO = 2;
const WARN = 3;
const ERROR = 4;

/** @type {Map<string, number>} */
const counts = new Map();
/** @type {Map<string, number>} */
const starts = new Map();
let indentation = '';

/** @param {number} level @param {string} text */
function write(level, text) {
  log(level, indentation === '' ? text : indentation + text.replaceAll('\n', `\n${indentation}`));
}

/** @param {number} level @param {any[]} args */
function print(level, args) {
  if (args.length === 1 && typeof args[0] === 'string') write(level, args[0]);
  else write(level, format().format(args));
}

/** @param {number} milliseconds */
function duration(milliseconds) {
  if (milliseconds < 1000) return `${Number(milliseconds.toFixed(3))}ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(3)}s`;
  const [seconds, rest] = ((milliseconds % 60_000) / 1000).toFixed(3).split('.');
  const minutes = Math.floor(milliseconds / 60_000) % 60;
  const hours = Math.floor(milliseconds / 3_600_000);
  const end = `${seconds.padStart(2, '0')}.${rest}`;
  return hours === 0 ? `${minutes}:${end} (m:ss.mmm)` : `${hours}:${`${minutes}`.padStart(2, '0')}:${end} (h:mm:ss.mmm)`;
}

/** @param {string} method @param {string} label @returns {string | undefined} */
function elapsed(method, label) {
  const start = starts.get(label);
  if (start !== undefined) return duration(monotonicNow() - start);
  write(WARN, `No such label '${label}' for console.${method}()`);
  return undefined;
}

/** @type {Record<string, (...args: any[]) => void>} */
const methods = {
  assert(condition = false, ...args) {
    if (condition) return;
    if (typeof args[0] === 'string') args[0] = `Assertion failed: ${args[0]}`;
    else args.unshift(args.length === 0 ? 'Assertion failed' : 'Assertion failed:');
    print(ERROR, args);
  },
  clear() {},
  count(label) {
    const count = (counts.get(label) ?? 0) + 1;
    counts.set(label, count);
    write(INFO, `${label}: ${count}`);
  },
  countReset(label) {
    if (!counts.delete(label)) write(WARN, `Count for '${label}' does not exist`);
  },
  debug(...args) { print(DEBUG, args); },
  dir(item, options) { write(LOG, inspection().inspect(item, { customInspect: false, maxOutput: 1 << 17, ...options })); },
  dirxml(...args) { print(LOG, args); },
  error(...args) { print(ERROR, args); },
  group(...args) {
    if (args.length > 0) print(LOG, args);
    indentation += '  ';
  },
  groupCollapsed(...args) {
    if (args.length > 0) print(LOG, args);
    indentation += '  ';
  },
  groupEnd() { indentation = indentation.slice(2); },
  info(...args) { print(INFO, args); },
  log(...args) { print(LOG, args); },
  table(data, properties) {
    let text;
    try {
      if (typeof data === 'object' && data !== null) text = consoleTable().table(data, Array.isArray(properties) ? properties : undefined);
    } catch {
      // What cannot be taken apart is shown as a whole.
    }
    if (text === undefined) print(LOG, [data]);
    else write(LOG, text);
  },
  time(label) {
    if (starts.has(label)) write(WARN, `Label '${label}' already exists for console.time()`);
    else starts.set(label, monotonicNow());
  },
  timeEnd(label) {
    const text = elapsed('timeEnd', label);
    starts.delete(label);
    if (text !== undefined) write(INFO, `${label}: ${text}`);
  },
  timeLog(label, ...args) {
    const text = elapsed('timeLog', label);
    if (text !== undefined) print(LOG, [`${label.replaceAll('%', '%%')}: ${text}`, ...args]);
  },
  trace(...args) {
    const text = args.length === 0 ? 'Trace' : `Trace: ${format().format(args)}`;
    const stack = `${new Error().stack ?? ''}`.trimEnd().split('\n').filter((line) => /^\s*at /.test(line));
    // The first two frames are this method and its guard.
    write(LOG, [text, ...stack.slice(2)].join('\n'));
  },
  warn(...args) { print(WARN, args); },
};

/** The namespace object: its prototype is an empty object, and its members belong to no `this`. */
export const console = Object.create({});

const labelled = ['count', 'countReset', 'time', 'timeEnd', 'timeLog'];

for (const [name, method] of Object.entries(methods)) {
  const isLabelled = labelled.includes(name);
  const { [name]: guarded } = {
    [name](/** @type {any[]} */ ...args) {
      // The one thing that may throw: the standard has a label converted first.
      if (isLabelled) args[0] = args[0] === undefined ? 'default' : `${args[0]}`;
      try {
        method(...args);
      } catch {
        failed(name);
      }
    },
  };
  Object.defineProperty(guarded, 'length', { value: 0, configurable: true });
  console[name] = guarded;
}
Object.defineProperty(console, Symbol.toStringTag, { value: 'console', configurable: true });

/** @param {string} name */
function failed(name) {
  try {
    log(WARN, `console.${name} could not show its arguments`);
  } catch {
    // Logging is never a reason for a call to fail.
  }
}
