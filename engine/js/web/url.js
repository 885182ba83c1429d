/**
 * `URL` of the URL Standard. An object holds the parts as the parser returned them; nothing is computed again on reading.
 */
import { blobUrl } from '../internal/lazy.js';
import { defineInterface, requireArguments, toUSVString } from '../internal/webidl.js';
import { defineInspection } from './interfaces.js';
import {
  HASH, HOST, HOSTNAME, HREF, ORIGIN, PASSWORD, PATHNAME, PORT, PROTOCOL, SEARCH, USERNAME, parseUrl, setUrlPart,
} from './url-native.js';
import { paramsForUrl, setParamsText } from './url-search-params.js';

export { URLSearchParams } from './url-search-params.js';

/**
 * As `new URL(input).href`; undefined when it is no URL. A program may give itself a base for relative references, which
 * a server has none of, by defining `globalThis.location`.
 * @param {string} input
 * @returns {[string, string, string] | undefined} href, protocol, and the user name and password as one string
 */
export function resolveUrl(input) {
  let parts = parseUrl(input, undefined);
  if (parts === undefined) {
    const base = globalThis.location?.href;
    if (typeof base === 'string') parts = parseUrl(input, base);
  }
  return parts === undefined ? undefined : [parts[HREF], parts[PROTOCOL], parts[USERNAME] + parts[PASSWORD]];
}

export class URL {
  #parts;
  #params;

  constructor(url, base = undefined) {
    requireArguments(arguments.length, 1, 'URL');
    const input = toUSVString(url);
    const parts = parseUrl(input, base === undefined ? undefined : toUSVString(base));
    if (parts === undefined) throw new TypeError(`Invalid URL: ${JSON.stringify(input)}`);
    this.#parts = parts;
  }

  static canParse(url, base = undefined) {
    requireArguments(arguments.length, 1, 'URL.canParse');
    return parseUrl(toUSVString(url), base === undefined ? undefined : toUSVString(base)) !== undefined;
  }

  static parse(url, base = undefined) {
    requireArguments(arguments.length, 1, 'URL.parse');
    const parts = parseUrl(toUSVString(url), base === undefined ? undefined : toUSVString(base));
    if (parts === undefined) return null;
    const made = new URL('a:');
    made.#parts = parts;
    return made;
  }

  #set(part, value) {
    this.#parts = setUrlPart(this.#parts, part, value);
  }

  #refreshParams() {
    if (this.#params !== undefined) setParamsText(this.#params, this.#parts[SEARCH].slice(1));
  }

  get href() {
    return this.#parts[HREF];
  }
  set href(value) {
    const input = toUSVString(value);
    const parts = parseUrl(input, undefined);
    if (parts === undefined) throw new TypeError(`Invalid URL: ${JSON.stringify(input)}`);
    this.#parts = parts;
    this.#refreshParams();
  }

  get origin() {
    const origin = this.#parts[ORIGIN];
    // Of the URL in a blob's name, which only counts when it is one of the web.
    return this.#parts[PROTOCOL] === 'blob:' && !/^https?:/.test(this.#parts[PATHNAME]) ? 'null' : origin;
  }

  get protocol() {
    return this.#parts[PROTOCOL];
  }
  set protocol(value) {
    this.#set('protocol', toUSVString(value));
  }

  get username() {
    return this.#parts[USERNAME];
  }
  set username(value) {
    this.#set('username', toUSVString(value));
  }

  get password() {
    return this.#parts[PASSWORD];
  }
  set password(value) {
    this.#set('password', toUSVString(value));
  }

  get host() {
    return this.#parts[HOST];
  }
  set host(value) {
    this.#set('host', toUSVString(value));
  }

  get hostname() {
    return this.#parts[HOSTNAME];
  }
  set hostname(value) {
    this.#set('hostname', toUSVString(value));
  }

  get port() {
    return this.#parts[PORT];
  }
  set port(value) {
    this.#set('port', toUSVString(value));
  }

  get pathname() {
    return this.#parts[PATHNAME];
  }
  set pathname(value) {
    this.#set('pathname', toUSVString(value));
  }

  get search() {
    return this.#parts[SEARCH];
  }
  set search(value) {
    this.#set('search', toUSVString(value));
    this.#refreshParams();
  }

  get searchParams() {
    return (this.#params ??= paramsForUrl(this.#parts[SEARCH].slice(1), (query) => this.#set('search', query)));
  }

  get hash() {
    return this.#parts[HASH];
  }
  set hash(value) {
    this.#set('hash', toUSVString(value));
  }

  toString() {
    return this.#parts[HREF];
  }

  toJSON() {
    return this.#parts[HREF];
  }
}

Object.assign(URL, {
  createObjectURL(blob) {
    return blobUrl().createObjectURL(...arguments);
  },
  revokeObjectURL(url) {
    return blobUrl().revokeObjectURL(...arguments);
  },
});
defineInterface(URL, 'URL');
defineInspection(URL, ({ href, origin, protocol, username, password, host, hostname, port, pathname, search, searchParams, hash }) => (
  { href, origin, protocol, username, password, host, hostname, port, pathname, search, searchParams, hash }
));
