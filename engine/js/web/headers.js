/**
 * `Headers` of the Fetch Standard.
 *
 * A header list that came from the host stays the string it came as, `name: value\r\n…` with names in lower case, until
 * something needs more than a look-up; a function that reads two headers never splits the other twenty. No name is
 * forbidden: the code is a server's, and what may not be sent is dropped where it is sent.
 */
import { proxyParts } from 'native';
import { defineInterface, definePairIterable, forEachPair, pairsAsObject, requireArguments, toByteString } from '../internal/webidl.js';
import { defineInspection } from './interfaces.js';

/** Who may change the list: everybody, or nobody (responses of `fetch`, `Response.error()`). */
export const GUARD_NONE = 0;
export const GUARD_IMMUTABLE = 1;

const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
// Anchored: the engine runs through one class over the whole text three times as fast as it looks for a bad character.
const VALUE = /^[^\0\n\r\u0100-\uffff]*$/;

// Names as given → lower case, validated. The few names that a program uses come again and again.
const NAMES_KEPT = 400;
const knownNames = new Map();
for (const name of [
  'accept', 'Accept', 'accept-encoding', 'accept-language', 'access-control-allow-credentials',
  'Access-Control-Allow-Credentials', 'access-control-allow-headers', 'Access-Control-Allow-Headers',
  'access-control-allow-methods', 'Access-Control-Allow-Methods', 'access-control-allow-origin',
  'Access-Control-Allow-Origin', 'access-control-max-age', 'Access-Control-Max-Age', 'apikey', 'authorization',
  'Authorization', 'cache-control', 'Cache-Control', 'connection', 'Connection', 'content-disposition',
  'Content-Disposition', 'content-encoding', 'content-length', 'Content-Length', 'content-type', 'Content-Type',
  'cookie', 'Cookie', 'etag', 'ETag', 'host', 'Host', 'if-none-match', 'If-None-Match', 'last-modified', 'location',
  'Location', 'origin', 'Origin', 'referer', 'set-cookie', 'Set-Cookie', 'stripe-signature', 'user-agent',
  'User-Agent', 'vary', 'Vary', 'x-api-key', 'X-API-Key', 'x-forwarded-for', 'x-request-id', 'X-Request-Id',
]) knownNames.set(name, name.toLowerCase());

function headerName(given) {
  const known = knownNames.get(given);
  if (known !== undefined) return known;
  const text = typeof given === 'string' ? given : `${given}`;
  if (!TOKEN.test(text)) {
    throw new TypeError(`${JSON.stringify(text)} is not a header name`);
  }
  const lower = text.toLowerCase();
  if (knownNames.size < NAMES_KEPT) knownNames.set(text, lower);
  return lower;
}

function headerValue(given, name) {
  let text = typeof given === 'string' ? given : `${given}`;
  if (text.charCodeAt(0) <= 0x20 || text.charCodeAt(text.length - 1) <= 0x20) {
    text = text.replace(/^[\t\n\r ]+/, '').replace(/[\t\n\r ]+$/, '');
  }
  if (!VALUE.test(text)) {
    throw new TypeError(`the value of header ${name} contains a character that no header may contain`);
  }
  return text;
}

/** Set below, inside the class, where private names are in scope. */
let fromSection, sectionOf, appendTrusted;
export {
  /** @type {(section: string, guard: number) => Headers} A list that needs no checks: it came from the host or from a list. */
  fromSection as headersFromSection,
  /** @type {(headers: Headers) => string} The list as a field section. */
  sectionOf as headersSection,
  /** @type {(headers: Headers, name: string, value: string) => void} Appends without checks and past the guard. */
  appendTrusted as appendHeaderTrusted,
};

const TRUSTED = Symbol();

export class Headers {
  /** The list as text while nobody needed it split; undefined afterwards. */
  #section = '';
  #names;
  #values;
  #guard = GUARD_NONE;
  /** [[name, value], …] in the order of iteration; undefined after a change. */
  #sorted;

  constructor(init = undefined, section = undefined) {
    if (init === TRUSTED) {
      this.#section = section;
      return;
    }
    if (init !== undefined) this.#fill(init);
  }

  #fill(init) {
    if (init === null || (typeof init !== 'object' && typeof init !== 'function')) {
      throw new TypeError('Headers: the initial value must be a sequence of pairs or a record');
    }
    const iterator = init[Symbol.iterator];
    if (#guard in init && iterator === Headers.prototype[Symbol.iterator]) {
      if (init.#section !== undefined) {
        this.#section = init.#section;
      } else {
        this.#section = undefined;
        this.#names = init.#names.slice();
        this.#values = init.#values.slice();
      }
      return;
    }
    this.#section = undefined;
    const names = (this.#names = []);
    const values = (this.#values = []);
    if (iterator === undefined && proxyParts(init) === undefined && isPlain(init)) {
      for (const key of Object.keys(init)) {
        const name = headerName(key);
        const value = headerValue(init[key], name);
        names.push(name);
        values.push(value);
      }
      return;
    }
    // A union of sequence and record: all of it is converted before any of it is used.
    const pairs = [];
    const key = (given) => toByteString(given, 'Headers');
    forEachPair(init, iterator, 'Headers', (name, value) => pairs.push(key(name), key(value)), key);
    for (let at = 0; at < pairs.length; at += 2) {
      const name = headerName(pairs[at]);
      names.push(name);
      values.push(headerValue(pairs[at + 1], name));
    }
  }

  #split() {
    const names = (this.#names = []);
    const values = (this.#values = []);
    const section = this.#section;
    this.#section = undefined;
    for (let start = 0; start < section.length;) {
      const end = section.indexOf('\r\n', start);
      const colon = section.indexOf(':', start);
      names.push(section.slice(start, colon));
      values.push(section.slice(colon + 2, end));
      start = end + 2;
    }
  }

  #checkMutable() {
    if (this.#guard === GUARD_IMMUTABLE) throw new TypeError('these headers are immutable');
  }

  append(name, value) {
    const guard = this.#guard;
    requireArguments(arguments.length, 2, 'Headers.append');
    if (typeof value !== 'string') value = `${value}`;
    const lower = headerName(name);
    const text = headerValue(value, lower);
    if (guard !== GUARD_NONE) this.#checkMutable();
    if (this.#section !== undefined) this.#split();
    this.#names.push(lower);
    this.#values.push(text);
    this.#sorted = undefined;
  }

  delete(name) {
    const guard = this.#guard;
    requireArguments(arguments.length, 1, 'Headers.delete');
    const lower = headerName(name);
    if (guard !== GUARD_NONE) this.#checkMutable();
    if (this.#section !== undefined) this.#split();
    this.#remove(lower, 0);
  }

  #remove(name, from) {
    const names = this.#names;
    for (let at = names.indexOf(name, from); at >= 0; at = names.indexOf(name, at)) {
      names.splice(at, 1);
      this.#values.splice(at, 1);
    }
    this.#sorted = undefined;
  }

  get(name) {
    const section = this.#section;
    requireArguments(arguments.length, 1, 'Headers.get');
    const lower = headerName(name);
    if (section !== undefined) return this.#find(section, lower);
    const names = this.#names;
    let at = names.indexOf(lower);
    if (at < 0) return null;
    let value = this.#values[at];
    while ((at = names.indexOf(lower, at + 1)) >= 0) value += `, ${this.#values[at]}`;
    return value;
  }

  #find(section, name) {
    const field = `${name}: `;
    let at;
    if (section.startsWith(field)) {
      at = 0;
    } else {
      at = section.indexOf(`\r\n${field}`) + 2;
      if (at === 1) return null;
    }
    let value = null;
    do {
      const start = at + field.length;
      const end = section.indexOf('\r\n', start);
      const text = section.slice(start, end);
      value = value === null ? text : `${value}, ${text}`;
      at = section.indexOf(`\r\n${field}`, end) + 2;
    } while (at > 1);
    return value;
  }

  has(name) {
    const section = this.#section;
    requireArguments(arguments.length, 1, 'Headers.has');
    const lower = headerName(name);
    if (section !== undefined) return section.startsWith(`${lower}: `) || section.includes(`\r\n${lower}: `);
    return this.#names.includes(lower);
  }

  set(name, value) {
    const guard = this.#guard;
    requireArguments(arguments.length, 2, 'Headers.set');
    if (typeof value !== 'string') value = `${value}`;
    const lower = headerName(name);
    const text = headerValue(value, lower);
    if (guard !== GUARD_NONE) this.#checkMutable();
    if (this.#section !== undefined) this.#split();
    const at = this.#names.indexOf(lower);
    if (at < 0) {
      this.#names.push(lower);
      this.#values.push(text);
      this.#sorted = undefined;
      return;
    }
    this.#values[at] = text;
    this.#remove(lower, at + 1);
  }

  getSetCookie() {
    if (this.#section !== undefined) {
      if (!this.#section.includes('set-cookie: ')) return [];
      this.#split();
    }
    const found = [];
    const names = this.#names;
    for (let at = names.indexOf('set-cookie'); at >= 0; at = names.indexOf('set-cookie', at + 1)) found.push(this.#values[at]);
    return found;
  }

  /** Sorted by name; fields of one name are joined, save for set-cookie. */
  #sort() {
    if (this.#section !== undefined) this.#split();
    const names = this.#names;
    const values = this.#values;
    const sorted = [];
    const places = new Map();
    for (let at = 0; at < names.length; at++) {
      const name = names[at];
      const place = name === 'set-cookie' ? undefined : places.get(name);
      if (place !== undefined) {
        place[1] += `, ${values[at]}`;
        continue;
      }
      const pair = [name, values[at]];
      places.set(name, pair);
      sorted.push(pair);
    }
    sorted.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    return (this.#sorted = sorted);
  }

  static {
    fromSection = (section, guard) => {
      const headers = new Headers(TRUSTED, section);
      headers.#guard = guard;
      return headers;
    };
    sectionOf = (headers) => {
      if (headers.#section !== undefined) return headers.#section;
      const names = headers.#names;
      const values = headers.#values;
      let section = '';
      for (let at = 0; at < names.length; at++) section += `${names[at]}: ${values[at]}\r\n`;
      return section;
    };
    appendTrusted = (headers, name, value) => {
      if (headers.#section !== undefined) {
        headers.#section += `${name}: ${value}\r\n`;
      } else {
        headers.#names.push(name);
        headers.#values.push(value);
      }
      headers.#sorted = undefined;
    };
    definePairIterable(Headers, 'Headers', (headers, index) => {
      const pair = (headers.#sorted ?? headers.#sort())[index];
      return pair === undefined ? undefined : [pair[0], pair[1]];
    });
  }
}

/** Whether the keys can be read all at once: nobody can see in which order it is done. */
function isPlain(object) {
  const prototype = Object.getPrototypeOf(object);
  return (prototype === Object.prototype || prototype === null) && Object.getOwnPropertySymbols(object).length === 0;
}

defineInterface(Headers, 'Headers');
defineInspection(Headers, pairsAsObject);
