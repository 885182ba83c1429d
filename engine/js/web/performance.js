/**
 * High Resolution Time and User Timing: `performance`, its marks and measures. There is no observer and no timeline of
 * resources.
 *
 * The time origin is the start of the instance that serves the call. It is asked for when it is first wanted, because a
 * value found while a module is evaluated ahead of time would be restored into every later call.
 */

import { evaluating, monotonicNow, wallNow } from 'native';
import { cloning } from '../internal/lazy.js';
import { defineInterface, requireArguments, toDictionary } from '../internal/webidl.js';
import { DOMException } from './dom-exception.js';
import { EventTarget } from './event-target.js';
import { defineInspection, internalKey, requireInternalKey } from './interfaces.js';

export class PerformanceEntry {
  #name;
  #type;
  #start;
  #duration;

  /**
   * @param {symbol} [key]
   * @param {string} [name]
   * @param {string} [type]
   * @param {number} [start]
   * @param {number} [duration]
   */
  constructor(key = undefined, name = '', type = '', start = 0, duration = 0) {
    requireInternalKey(key);
    this.#name = name;
    this.#type = type;
    this.#start = start;
    this.#duration = duration;
  }

  get name() { return this.#name; }
  get entryType() { return this.#type; }
  get startTime() { return this.#start; }
  get duration() { return this.#duration; }

  toJSON() {
    return { name: this.#name, entryType: this.#type, startTime: this.#start, duration: this.#duration };
  }
}
defineInterface(PerformanceEntry, 'PerformanceEntry');

export class PerformanceMark extends PerformanceEntry {
  #detail;

  /**
   * @param {string} name
   * @param {PerformanceMarkOptions} [options]
   */
  constructor(name, options = undefined) {
    requireArguments(arguments.length, 1, 'PerformanceMark');
    name = `${name}`;
    const { detail, startTime } = toDictionary(options, 'PerformanceMark: argument 2');
    const start = startTime === undefined ? monotonicNow() : finite(startTime, 'startTime');
    if (start < 0) throw new TypeError('PerformanceMark: startTime must not be negative');
    super(internalKey, name, 'mark', start, 0);
    this.#detail = detail === undefined || detail === null ? null : cloning().structuredClone(detail);
  }

  get detail() { return this.#detail; }

  toJSON() {
    return { ...super.toJSON(), detail: this.#detail };
  }
}
defineInterface(PerformanceMark, 'PerformanceMark');

export class PerformanceMeasure extends PerformanceEntry {
  #detail;

  /**
   * @param {symbol} [key]
   * @param {string} [name]
   * @param {number} [start]
   * @param {number} [duration]
   * @param {any} [detail]
   */
  constructor(key = undefined, name = '', start = 0, duration = 0, detail = null) {
    super(key, name, 'measure', start, duration);
    this.#detail = detail;
  }

  get detail() { return this.#detail; }

  toJSON() {
    return { ...super.toJSON(), detail: this.#detail };
  }
}
defineInterface(PerformanceMeasure, 'PerformanceMeasure');

defineInspection(PerformanceEntry, (entry) => entry.toJSON());

export class Performance extends EventTarget {
  /** Kept sorted by start time, then by age. @type {PerformanceEntry[]} */
  #entries = [];
  /** @type {number | undefined} */
  #origin = undefined;

  /** @param {symbol} [key] */
  constructor(key = undefined) {
    requireInternalKey(key);
    super();
  }

  now() {
    if (!(#entries in this)) throw new TypeError('Illegal invocation');
    return monotonicNow();
  }

  get timeOrigin() { return this.#timeOrigin(); }

  #timeOrigin() {
    const origin = this.#origin ?? wallNow() - monotonicNow();
    if (!evaluating()) this.#origin = origin;
    return origin;
  }

  /**
   * @param {string} name
   * @param {PerformanceMarkOptions} [options]
   */
  mark(name, options = undefined) {
    requireArguments(arguments.length, 1, 'Performance.mark');
    const mark = new PerformanceMark(name, options);
    this.#insert(mark);
    return mark;
  }

  /**
   * @param {string} name
   * @param {string | PerformanceMeasureOptions} [startOrOptions]
   * @param {string} [endMark]
   */
  measure(name, startOrOptions = undefined, endMark = undefined) {
    requireArguments(arguments.length, 1, 'Performance.measure');
    name = `${name}`;
    if (endMark !== undefined) endMark = `${endMark}`;
    let start, end, duration, detail;
    if (typeof startOrOptions === 'object' && startOrOptions !== null) {
      ({ start, end, duration, detail } = startOrOptions);
      const given = [start, end, duration, detail].some((one) => one !== undefined);
      if (given && endMark !== undefined) {
        throw new TypeError('Performance.measure: an end mark cannot be given beside options');
      }
      if (given && start === undefined && end === undefined) {
        throw new TypeError('Performance.measure: the options need a start or an end');
      }
      if (start !== undefined && end !== undefined && duration !== undefined) {
        throw new TypeError('Performance.measure: start, end and duration cannot be given together');
      }
    } else if (startOrOptions !== undefined && startOrOptions !== null) {
      start = `${startOrOptions}`;
    }
    const span = duration === undefined ? undefined : finite(duration, 'duration');
    let to;
    if (endMark !== undefined) to = this.#timeOf(endMark);
    else if (end !== undefined) to = this.#timeOf(end);
    else if (start !== undefined && span !== undefined) to = this.#timeOf(start) + span;
    else to = monotonicNow();
    let from = 0;
    if (start !== undefined) from = this.#timeOf(start);
    else if (span !== undefined) from = to - span;
    const copy = detail === undefined || detail === null ? null : cloning().structuredClone(detail);
    const measure = new PerformanceMeasure(internalKey, name, from, to - from, copy);
    this.#insert(measure);
    return measure;
  }

  /** @param {string} [name] */
  clearMarks(name = undefined) {
    this.#clear('mark', name);
  }

  /** @param {string} [name] */
  clearMeasures(name = undefined) {
    this.#clear('measure', name);
  }

  getEntries() {
    return [...this.#entries];
  }

  /** @param {string} type */
  getEntriesByType(type) {
    requireArguments(arguments.length, 1, 'Performance.getEntriesByType');
    type = `${type}`;
    return this.#entries.filter((entry) => entry.entryType === type);
  }

  /**
   * @param {string} name
   * @param {string} [type]
   */
  getEntriesByName(name, type = undefined) {
    requireArguments(arguments.length, 1, 'Performance.getEntriesByName');
    name = `${name}`;
    if (type !== undefined) type = `${type}`;
    return this.#entries.filter((entry) => entry.name === name && (type === undefined || entry.entryType === type));
  }

  toJSON() {
    return { timeOrigin: this.#timeOrigin() };
  }

  /** @param {PerformanceEntry} entry */
  #insert(entry) {
    const entries = this.#entries;
    let at = entries.length;
    while (at > 0 && entries[at - 1].startTime > entry.startTime) at--;
    entries.splice(at, 0, entry);
  }

  /**
   * @param {'mark' | 'measure'} type
   * @param {string | undefined} name
   */
  #clear(type, name) {
    if (name !== undefined) name = `${name}`;
    this.#entries = this.#entries.filter((entry) => entry.entryType !== type || (name !== undefined && entry.name !== name));
  }

  /**
   * The time that a mark's name or a number stands for.
   *
   * @param {string | number} mark
   * @returns {number}
   */
  #timeOf(mark) {
    if (typeof mark === 'number') {
      if (finite(mark, 'a time') < 0) throw new TypeError('Performance.measure: a time must not be negative');
      return mark;
    }
    const name = `${mark}`;
    const found = this.#entries.findLast((entry) => entry.entryType === 'mark' && entry.name === name);
    if (found === undefined) {
      throw new DOMException(`Performance.measure: there is no mark named '${name}'`, 'SyntaxError');
    }
    return found.startTime;
  }
}
defineInterface(Performance, 'Performance');
defineInspection(Performance, (performance) => ({ timeOrigin: performance.timeOrigin }));

/**
 * @param {any} value
 * @param {string} what
 * @returns {number}
 */
function finite(value, what) {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new TypeError(`${what} must be a finite number`);
  return number;
}

export const performance = new Performance(internalKey);
