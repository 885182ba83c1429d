/**
 * `Request` of the Fetch Standard.
 *
 * The request that a function is called with is built from what the host hands over: header section, URL and body are
 * kept as they came. What only means something in a browser (mode, credentials, cache, …) is checked and remembered,
 * and changes nothing.
 */
import { brands } from '../internal/brands.js';
import { abort, url as urls } from '../internal/lazy.js';
import { defineInterface, requireArguments, toByteString, toDictionary, toUSVString } from '../internal/webidl.js';
import { Body, STREAM, cloneBody, extractBody, extractedType, installBody, isUnusable, takeBody, toBody } from './body.js';
import { GUARD_NONE, Headers, appendHeaderTrusted, headersFromSection, headersSection } from './headers.js';
import { defineInspection } from './interfaces.js';

const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
const NORMALIZED = { __proto__: null, DELETE: 'DELETE', GET: 'GET', HEAD: 'HEAD', OPTIONS: 'OPTIONS', POST: 'POST', PUT: 'PUT' };

/** Members of the init dictionary with a fixed set of values; the first is what a request has of itself. */
const ENUMS = {
  cache: ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'],
  credentials: ['same-origin', 'omit', 'include'],
  mode: ['cors', 'no-cors', 'same-origin', 'navigate'],
  priority: ['auto', 'low', 'high'],
  redirect: ['follow', 'error', 'manual'],
  referrerPolicy: ['', 'no-referrer', 'no-referrer-when-downgrade', 'same-origin', 'origin', 'strict-origin', 'origin-when-cross-origin',
    'strict-origin-when-cross-origin', 'unsafe-url'],
};

const TRUSTED = Symbol();
/** @type {Record<string, any>} */
const DEFAULTS = Object.freeze({
  __proto__: null, cache: 'default', credentials: 'same-origin', integrity: '', keepalive: false, mode: 'cors', redirect: 'follow',
  referrer: 'about:client', referrerPolicy: '', duplex: 'half',
});

/** Set inside the class, where private names are in scope. */
let incoming, bodyOf, sectionOf, signalOf, isRequest;
export {
  /** @type {(method: string, url: string, headers: string, kind: 0 | 2 | 3, payload: unknown) => Request} What the host received. */
  incoming as incomingRequest,
  /** @type {(request: Request) => import('./body.js').Body | null} */
  bodyOf as requestBody,
  /** @type {(request: Request) => string} */
  sectionOf as requestSection,
  /** @type {(request: Request) => AbortSignal | undefined} The signal that was given, if any. */
  signalOf as requestSignal,
  /** @type {(value: unknown) => boolean} */
  isRequest,
};

function oneOf(member, value) {
  const text = `${value}`;
  if (!ENUMS[member].includes(text)) throw new TypeError(`Request: ${JSON.stringify(text)} is not a value of ${member}`);
  return text;
}

function requestMethod(value) {
  const text = toByteString(value, 'Request: the method');
  if (NORMALIZED[text] !== undefined) return text;
  if (!TOKEN.test(text)) throw new TypeError(`Request: ${JSON.stringify(text)} is not a method`);
  const upper = text.toUpperCase();
  if (upper === 'CONNECT' || upper === 'TRACE' || upper === 'TRACK') throw new TypeError(`Request: the method ${upper} is not allowed`);
  return NORMALIZED[upper] ?? text;
}

function parseReferrer(value) {
  const text = toUSVString(value);
  if (text === '') return 'no-referrer';
  const resolved = urls().resolveUrl(text);
  if (resolved === undefined) throw new TypeError(`Request: the referrer ${JSON.stringify(text)} is not a URL`);
  return resolved[1] === 'about:' && resolved[0] === 'about:client' ? 'about:client' : resolved[0];
}

/** The members of `init` that a browser looks at, over those of `base`; `base` itself when there are none. */
function readSettings(init, base) {
  let settings = base;
  const set = (member, value) => {
    if (settings === base) settings = { __proto__: null, ...base };
    settings[member] = value;
  };
  const { cache, credentials, integrity, keepalive, mode, priority, redirect, referrer, referrerPolicy } = init;
  if (init.window !== undefined && init.window !== null) throw new TypeError('Request: window must be null');
  if (referrer !== undefined) set('referrer', parseReferrer(referrer));
  if (referrerPolicy !== undefined) set('referrerPolicy', oneOf('referrerPolicy', referrerPolicy));
  if (mode !== undefined) {
    if (oneOf('mode', mode) === 'navigate') throw new TypeError('Request: the mode navigate is not allowed');
    set('mode', `${mode}`);
  }
  if (credentials !== undefined) set('credentials', oneOf('credentials', credentials));
  if (cache !== undefined) set('cache', oneOf('cache', cache));
  if (settings.cache === 'only-if-cached' && settings.mode !== 'same-origin') {
    throw new TypeError('Request: only-if-cached needs the mode same-origin');
  }
  if (redirect !== undefined) set('redirect', oneOf('redirect', redirect));
  if (integrity !== undefined) set('integrity', `${integrity}`);
  if (priority !== undefined) oneOf('priority', priority);
  if (keepalive !== undefined) set('keepalive', Boolean(keepalive));
  return settings;
}

export class Request {
  #method = 'GET';
  #url;
  /** The field section while there is no Headers object. */
  #section = '';
  #headers;
  /** @type {import('./body.js').Kept} */
  #body = null;
  /** The signal that was given; the request's own follows it. */
  #given;
  #signal;
  #settings = DEFAULTS;

  constructor(input, init = undefined) {
    if (input === TRUSTED) return;
    requireArguments(arguments.length, 1, 'Request');
    const options = toDictionary(init, 'Request: the init');
    let inputBody = null;
    if (isRequest(input)) {
      this.#url = input.#url;
      this.#method = input.#method;
      this.#settings = input.#settings;
      this.#given = input.#signal ?? input.#given;
      inputBody = bodyOf(input);
    } else {
      const text = toUSVString(input);
      const resolved = urls().resolveUrl(text);
      if (resolved === undefined) throw new TypeError(`Request: invalid URL ${JSON.stringify(text)}`);
      if (resolved[2] !== '') throw new TypeError('Request: the URL must not contain credentials');
      this.#url = resolved[0];
    }
    if (init !== undefined && init !== null) {
      this.#settings = readSettings(options, this.#settings);
      if (options.method !== undefined) this.#method = requestMethod(options.method);
      const signal = options.signal;
      if (signal !== undefined) {
        if (signal !== null && !brands.isSignal(signal)) throw new TypeError('Request: the signal is not an AbortSignal');
        this.#given = signal ?? undefined;
      }
      if (this.#settings.mode === 'no-cors' && !/^(?:GET|HEAD|POST)$/.test(this.#method)) {
        throw new TypeError(`Request: the method ${this.#method} is not allowed in the mode no-cors`);
      }
    }
    const headers = options.headers;
    if (headers !== undefined) this.#headers = new Headers(headers);
    else if (isRequest(input)) this.#section = sectionOf(input);

    const given = options.body ?? null;
    if ((given !== null || inputBody !== null) && (this.#method === 'GET' || this.#method === 'HEAD')) {
      throw new TypeError(`Request: a ${this.#method} request has no body`);
    }
    const duplex = options.duplex;
    if (duplex !== undefined && `${duplex}` !== 'half') {
      throw new TypeError(`Request: ${JSON.stringify(`${duplex}`)} is not a value of duplex`);
    }
    if (given !== null) {
      const body = extractBody(given);
      if (body.kind === STREAM) {
        if (this.#settings.keepalive) throw new TypeError('Request: a stream cannot be sent with keepalive');
        if (duplex === undefined) throw new TypeError("Request: a body that is a stream needs duplex: 'half'");
      }
      this.#body = body;
      if (extractedType !== '' && !this.headers.has('content-type')) appendHeaderTrusted(this.#headers, 'content-type', extractedType);
    } else if (inputBody !== null) {
      if (isUnusable(inputBody)) throw new TypeError('Request: the body of the request has been read already, or is locked');
      this.#body = takeBody(inputBody);
    }
  }

  get method() {
    return this.#method;
  }

  get url() {
    return this.#url;
  }

  get headers() {
    return (this.#headers ??= headersFromSection(this.#section, GUARD_NONE));
  }

  get destination() {
    this.#method;
    return '';
  }

  get referrer() {
    const referrer = this.#settings.referrer;
    return referrer === 'no-referrer' ? '' : referrer;
  }

  get referrerPolicy() {
    return this.#settings.referrerPolicy;
  }

  get mode() {
    return this.#settings.mode;
  }

  get credentials() {
    return this.#settings.credentials;
  }

  get cache() {
    return this.#settings.cache;
  }

  get redirect() {
    return this.#settings.redirect;
  }

  get integrity() {
    return this.#settings.integrity;
  }

  get keepalive() {
    return this.#settings.keepalive;
  }

  get isReloadNavigation() {
    this.#method;
    return false;
  }

  get isHistoryNavigation() {
    this.#method;
    return false;
  }

  get signal() {
    if (this.#signal === undefined) {
      this.#signal = this.#given === undefined ? new (abort().AbortController)().signal : abort().AbortSignal.any([this.#given]);
    }
    return this.#signal;
  }

  get duplex() {
    return this.#settings.duplex;
  }

  clone() {
    const body = bodyOf(this);
    if (isUnusable(body)) throw new TypeError('Request.clone: the body has been read already, or is locked');
    const copy = new Request(TRUSTED);
    copy.#method = this.#method;
    copy.#url = this.#url;
    copy.#section = sectionOf(this);
    copy.#settings = this.#settings;
    copy.#given = this.#signal ?? this.#given;
    if (body !== null) copy.#body = cloneBody(body);
    return copy;
  }

  static {
    incoming = (method, url, headers, kind, payload) => {
      const request = new Request(TRUSTED);
      request.#method = method;
      request.#url = url;
      request.#section = headers;
      if (kind !== 0) request.#body = payload;
      return request;
    };
    isRequest = (value) => typeof value === 'object' && value !== null && #settings in value;
    bodyOf = (request) => {
      const kept = request.#body;
      return kept === null || kept instanceof Body ? kept : (request.#body = toBody(kept));
    };
    sectionOf = (request) => (request.#headers === undefined ? request.#section : headersSection(request.#headers));
    signalOf = (request) => request.#signal ?? request.#given;
    installBody(Request, bodyOf, (request) => request.headers.get('content-type'));
  }
}

defineInterface(Request, 'Request');
defineInspection(Request, ({ method, url, headers, bodyUsed }) => ({ method, url, headers, bodyUsed }));
