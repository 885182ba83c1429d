/**
 * `URLSearchParams` of the URL Standard: one flat list of names and values, split only when somebody looks, and tied to
 * its `URL` where it has one.
 */
import { formDecode, formEncode } from 'native';
import { brands } from '../internal/brands.js';
import { defineInterface, definePairIterable, forEachPair, pairsAsObject, requireArguments, toUSVString } from '../internal/webidl.js';
import { defineInspection } from './interfaces.js';

const TRUSTED = Symbol();

/** Set inside the class, where private names are in scope. */
let setText, makeForUrl;
export {
  /** @type {(params: URLSearchParams, query: string) => void} Replaces the list; the URL is not told. */
  setText as setParamsText,
  /** @type {(query: string, changed: (query: string) => void) => URLSearchParams} `changed` hears of every change. */
  makeForUrl as paramsForUrl,
};

export class URLSearchParams {
  /** The query while nobody needed it split; undefined afterwards. */
  #text;
  /** name, value, name, value, … */
  #list;
  #changed;

  constructor(init = undefined, text = undefined, changed = undefined) {
    if (init === TRUSTED) {
      this.#text = text;
      this.#changed = changed;
      return;
    }
    if (init === undefined) {
      this.#list = [];
      return;
    }
    if (init !== null && (typeof init === 'object' || typeof init === 'function')) {
      const iterator = init[Symbol.iterator];
      if (#list in init && iterator === URLSearchParams.prototype[Symbol.iterator]) {
        this.#list = init.#items().slice();
        return;
      }
      this.#list = fromObject(init, iterator);
      return;
    }
    const query = toUSVString(init);
    this.#text = query.startsWith('?') ? query.slice(1) : query;
  }

  #items() {
    const list = this.#list;
    if (list !== undefined) return list;
    const parsed = this.#text === '' ? [] : formDecode(this.#text);
    this.#list = parsed;
    return parsed;
  }

  #update() {
    if (this.#changed !== undefined) this.#changed(this.#list.length === 0 ? '' : formEncode(this.#list));
  }

  get size() {
    return this.#items().length / 2;
  }

  append(name, value) {
    const list = this.#items();
    requireArguments(arguments.length, 2, 'URLSearchParams.append');
    list.push(toUSVString(name), toUSVString(value));
    this.#update();
  }

  delete(name, value = undefined) {
    const list = this.#items();
    requireArguments(arguments.length, 1, 'URLSearchParams.delete');
    const key = toUSVString(name);
    const only = value === undefined ? undefined : toUSVString(value);
    let kept = 0;
    for (let at = 0; at < list.length; at += 2) {
      if (list[at] === key && (only === undefined || list[at + 1] === only)) continue;
      list[kept++] = list[at];
      list[kept++] = list[at + 1];
    }
    list.length = kept;
    this.#update();
  }

  get(name) {
    const list = this.#items();
    requireArguments(arguments.length, 1, 'URLSearchParams.get');
    const key = toUSVString(name);
    for (let at = 0; at < list.length; at += 2) {
      if (list[at] === key) return list[at + 1];
    }
    return null;
  }

  getAll(name) {
    const list = this.#items();
    requireArguments(arguments.length, 1, 'URLSearchParams.getAll');
    const key = toUSVString(name);
    const found = [];
    for (let at = 0; at < list.length; at += 2) {
      if (list[at] === key) found.push(list[at + 1]);
    }
    return found;
  }

  has(name, value = undefined) {
    const list = this.#items();
    requireArguments(arguments.length, 1, 'URLSearchParams.has');
    const key = toUSVString(name);
    const only = value === undefined ? undefined : toUSVString(value);
    for (let at = 0; at < list.length; at += 2) {
      if (list[at] === key && (only === undefined || list[at + 1] === only)) return true;
    }
    return false;
  }

  set(name, value) {
    const list = this.#items();
    requireArguments(arguments.length, 2, 'URLSearchParams.set');
    const key = toUSVString(name);
    const text = toUSVString(value);
    let kept = 0;
    let placed = false;
    for (let at = 0; at < list.length; at += 2) {
      const same = list[at] === key;
      if (same && placed) continue;
      list[kept++] = list[at];
      list[kept++] = same ? text : list[at + 1];
      placed ||= same;
    }
    list.length = kept;
    if (!placed) list.push(key, text);
    this.#update();
  }

  sort() {
    const list = this.#items();
    const pairs = [];
    for (let at = 0; at < list.length; at += 2) pairs.push([list[at], list[at + 1]]);
    // Comparing strings compares code units, which is the order that the standard asks for.
    pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    for (let at = 0; at < pairs.length; at++) {
      list[2 * at] = pairs[at][0];
      list[2 * at + 1] = pairs[at][1];
    }
    this.#update();
  }

  toString() {
    const list = this.#items();
    return list.length === 0 ? '' : formEncode(list);
  }

  static {
    brands.isParams = (value) => #list in value;
    setText = (params, text) => {
      params.#text = text;
      // The array stays the same one, for an iteration under way goes on in the list as it is.
      if (params.#list !== undefined) {
        const list = text === '' ? [] : formDecode(text);
        params.#list.length = 0;
        for (const item of list) params.#list.push(item);
      }
    };
    makeForUrl = (query, changed) => new URLSearchParams(TRUSTED, query, changed);
    definePairIterable(URLSearchParams, 'URLSearchParams', (params, index) => {
      const list = params.#items();
      const at = 2 * index;
      return at < list.length ? [list[at], list[at + 1]] : undefined;
    });
  }
}

function fromObject(init, iterator) {
  const list = [];
  if (iterator !== undefined && iterator !== null) {
    forEachPair(init, iterator, 'URLSearchParams', (name, value) => list.push(toUSVString(name), toUSVString(value)), toUSVString);
    return list;
  }
  // As a record: two keys that are the same without their lone surrogates are one key.
  const record = new Map();
  forEachPair(init, iterator, 'URLSearchParams', (name, value) => record.set(name, toUSVString(value)), toUSVString);
  for (const [name, value] of record) list.push(name, value);
  return list;
}

defineInterface(URLSearchParams, 'URLSearchParams');
defineInspection(URLSearchParams, pairsAsObject);
