/** `Intl.Segmenter` (ECMA-402 §18): the host finds the boundaries, by the rules of Unicode that no language changes. */

import { textBoundaries } from 'native';
import { defineFormatter, option, readMatcher, resolveLocale, strictOptions } from './locale.js';

const GRANULARITIES = ['grapheme', 'word', 'sentence'];

export class Segmenter {
  #locale;
  #granularity;

  /** @param {any} [locales] @param {any} [options] */
  constructor(locales = undefined, options = undefined) {
    this.#locale = resolveLocale(locales);
    const given = strictOptions(options);
    readMatcher(given);
    this.#granularity = option(given, 'granularity', GRANULARITIES, 'grapheme');
  }

  /** @param {any} input */
  segment(input) {
    const granularity = this.#granularity;
    return new Segments(`${input}`, granularity);
  }

  resolvedOptions() {
    return { locale: this.#locale, granularity: this.#granularity };
  }
}
defineFormatter(Segmenter, 'Segmenter');

/** Code units that the host is given at once, if they hold a whole segment. */
const WINDOW = 4096;
const MOST = 16384;
/** Segments at the end of a window that what follows it may change. */
const UNSURE = 3;

class Segments {
  #input;
  #granularity;
  /** Where each segment ends, as far as that is known; negative when it is like a word. @type {number[]} */
  #ends = [];

  /** @param {string} input @param {string} granularity */
  constructor(input, granularity) {
    this.#input = input;
    this.#granularity = granularity;
  }

  /** @param {any} [index] */
  containing(index = 0) {
    const at = Math.trunc(Number(index)) || 0;
    if (at < 0 || at >= this.#input.length) return undefined;
    while (this.#known() <= at) this.#extend();
    const ends = this.#ends;
    let low = 0;
    for (let high = ends.length - 1; low < high;) {
      const middle = (low + high) >> 1;
      if (Math.abs(ends[middle]) > at) high = middle;
      else low = middle + 1;
    }
    return this.#segment(low);
  }

  [Symbol.iterator]() {
    let next = 0;
    const segment = () => {
      if (next === this.#ends.length && this.#known() < this.#input.length) this.#extend();
      return next < this.#ends.length ? { value: this.#segment(next++), done: false } : { value: undefined, done: true };
    };
    return Object.create(SegmentIteratorPrototype, { next: { value: segment, writable: true, configurable: true } });
  }

  /** How much of the text is taken apart. */
  #known() {
    return Math.abs(this.#ends[this.#ends.length - 1] ?? 0);
  }

  #extend() {
    const input = this.#input;
    const start = this.#known();
    for (let size = WINDOW; ; size *= 2) {
      let end = Math.min(start + size, input.length);
      if (end < input.length && /[\ud800-\udbff]/.test(input[end - 1])) end--;
      const found = textBoundaries(input.slice(start, end).toWellFormed(), GRANULARITIES.indexOf(this.#granularity));
      if (end < input.length) {
        if (found.length <= UNSURE && size < MOST) continue;
        if (found.length > UNSURE) found.length -= UNSURE;
      }
      for (const place of found) this.#ends.push(place < 0 ? place - start : place + start);
      return;
    }
  }

  /** @param {number} place */
  #segment(place) {
    const ends = this.#ends;
    const index = place === 0 ? 0 : Math.abs(ends[place - 1]);
    const found = { segment: this.#input.slice(index, Math.abs(ends[place])), index, input: this.#input };
    return this.#granularity === 'word' ? { ...found, isWordLike: ends[place] < 0 } : found;
  }
}
delete (/** @type {any} */ (Segments.prototype).constructor);

const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
const SegmentIteratorPrototype = Object.create(IteratorPrototype, {
  [Symbol.toStringTag]: { value: 'Segmenter String Iterator', configurable: true },
});
