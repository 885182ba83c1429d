/**
 * `Response` of the Fetch Standard.
 *
 * The common response is a status, a content type and a text; `sendResponse` gives these to the host in one call, and no
 * `Headers` and no stream are made on the way.
 */
import { respond } from 'native';
import { blob, url as urls } from '../internal/lazy.js';
import { defineInterface, requireArguments, toByteString, toDictionary, toUSVString } from '../internal/webidl.js';
import {
  BLOB, BYTES, Body, HANDLE, TEXT, cloneBody, extractBody, extractedType, installBody, isUnusable, toBody, withoutStream,
} from './body.js';
import { GUARD_IMMUTABLE, GUARD_NONE, Headers, appendHeaderTrusted, headersFromSection, headersSection } from './headers.js';
import { defineInspection } from './interfaces.js';

const REASON = /^[\t -~\x80-\xff]*$/;
const TEXT_SECTION = 'content-type: text/plain;charset=UTF-8\r\n';
const JSON_SECTION = 'content-type: application/json\r\n';
const TRUSTED = Symbol();

/** Set inside the class, where private names are in scope. */
let isResponse, send, fromFetch, bodyOf, sectionOf, initialize, setBody;
export {
  /** @type {(value: unknown) => boolean} */
  isResponse,
  /**
   * @type {(response: Response) => import('./body.js').Body | string | undefined} Gives the response to the host, if its
   * content is at hand. Otherwise returns the body that is to be pumped, or a text that says why there is nothing to send.
   */
  send as sendResponse,
  /** @type {(status: number, statusText: string, url: string, redirected: boolean, headers: string, body: import('./body.js').Body | null) => Response} */
  fromFetch as responseFromFetch,
  /** @type {(response: Response) => string} */
  sectionOf as responseSection,
};

function isNullBodyStatus(status) {
  return status === 204 || status === 304 || status === 205 || status === 101 || status === 103;
}

function responseStatus(value) {
  const number = Math.trunc(Number(value));
  const status = Number.isFinite(number) ? ((number % 65536) + 65536) % 65536 : 0;
  if (status < 200 || status > 599) throw new RangeError(`Response: the status ${String(value)} is not between 200 and 599`);
  return status;
}

export class Response {
  #status = 200;
  #statusText = '';
  /** The field section while there is no Headers object. */
  #section = '';
  #headers;
  /** @type {import('./body.js').Kept} */
  #body = null;
  /** [type, url, redirected] of what did not come from the constructor; its headers are immutable. */
  #origin;

  constructor(body = null, init = undefined) {
    if (body === TRUSTED) return;
    if (init !== undefined && init !== null) initialize(this, toDictionary(init, 'Response: the init'));
    if (body === null || body === undefined) return;
    if (typeof body === 'string') {
      setBody(this, body.toWellFormed(), 'text/plain;charset=UTF-8', TEXT_SECTION);
    } else {
      const extracted = extractBody(body);
      setBody(this, extracted, extractedType, undefined);
    }
  }

  static error() {
    const response = new Response(TRUSTED);
    response.#status = 0;
    response.#origin = ['error', '', false];
    return response;
  }

  static redirect(url, status = 302) {
    requireArguments(arguments.length, 1, 'Response.redirect');
    const text = toUSVString(url);
    const resolved = urls().resolveUrl(text);
    if (resolved === undefined) throw new TypeError(`Response.redirect: invalid URL ${JSON.stringify(text)}`);
    const code = Math.trunc(Number(status));
    if (code !== 301 && code !== 302 && code !== 303 && code !== 307 && code !== 308) {
      throw new RangeError(`Response.redirect: ${String(status)} is not the status of a redirect`);
    }
    const response = new Response(TRUSTED);
    response.#status = code;
    response.#section = `location: ${resolved[0]}\r\n`;
    response.#origin = ['default', '', false];
    return response;
  }

  static json(data, init = undefined) {
    requireArguments(arguments.length, 1, 'Response.json');
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError('Response.json: the value has no JSON form');
    const response = new Response(TRUSTED);
    if (init !== undefined && init !== null) initialize(response, toDictionary(init, 'Response.json: the init'));
    setBody(response, text, 'application/json', JSON_SECTION);
    return response;
  }

  get type() {
    const origin = this.#origin;
    return origin === undefined ? 'default' : origin[0];
  }

  get url() {
    const origin = this.#origin;
    return origin === undefined ? '' : origin[1];
  }

  get redirected() {
    const origin = this.#origin;
    return origin === undefined ? false : origin[2];
  }

  get status() {
    return this.#status;
  }

  get ok() {
    const status = this.#status;
    return status >= 200 && status <= 299;
  }

  get statusText() {
    return this.#statusText;
  }

  get headers() {
    return (this.#headers ??= headersFromSection(this.#section, this.#origin === undefined ? GUARD_NONE : GUARD_IMMUTABLE));
  }

  clone() {
    const body = bodyOf(this);
    if (isUnusable(body)) throw new TypeError('Response.clone: the body has been read already, or is locked');
    const copy = new Response(TRUSTED);
    copy.#status = this.#status;
    copy.#statusText = this.#statusText;
    copy.#origin = this.#origin;
    copy.#section = sectionOf(this);
    if (body !== null) copy.#body = cloneBody(body);
    return copy;
  }

  static {
    isResponse = (value) => typeof value === 'object' && value !== null && #statusText in value;
    // Functions rather than private methods, which cost every instance a mark.
    initialize = (response, { headers, status, statusText }) => {
      if (status !== undefined) response.#status = responseStatus(status);
      if (statusText !== undefined) {
        const text = toByteString(statusText, 'Response: the status text');
        if (!REASON.test(text)) throw new TypeError('Response: the status text contains a character that it may not contain');
        response.#statusText = text;
      }
      if (headers !== undefined) response.#headers = new Headers(headers);
    };
    setBody = (response, body, type, section) => {
      if (isNullBodyStatus(response.#status)) throw new TypeError(`Response: a response of status ${response.#status} has no body`);
      response.#body = body;
      if (type === '') return;
      if (response.#headers === undefined) response.#section = section ?? `content-type: ${type}\r\n`;
      else if (!response.#headers.has('content-type')) appendHeaderTrusted(response.#headers, 'content-type', type);
    };
    bodyOf = (response) => {
      const kept = response.#body;
      return kept === null || kept instanceof Body ? kept : (response.#body = toBody(kept));
    };
    sectionOf = (response) => (response.#headers === undefined ? response.#section : headersSection(response.#headers));
    send = (response) => {
      const status = response.#status;
      if (status === 0) return 'Response.error() cannot be sent';
      const section = sectionOf(response);
      const kept = response.#body;
      if (typeof kept === 'string') {
        respond(status, section, TEXT, kept);
        return undefined;
      }
      if (kept === null || isNullBodyStatus(status)) {
        respond(status, section, 0, undefined);
        return undefined;
      }
      let body = bodyOf(response);
      if (isUnusable(body)) return 'the body of the response has been read already, or is locked';
      if (body.stream !== undefined) body = withoutStream(body);
      if (body.stream !== undefined || body.kind === HANDLE) return body;
      body.used = true;
      respond(status, section, body.kind === TEXT ? TEXT : BYTES, body.kind === BLOB ? blob().blobBytes(body.source) : body.source);
      return undefined;
    };
    fromFetch = (status, statusText, url, redirected, headers, body) => {
      const response = new Response(TRUSTED);
      response.#status = status;
      response.#statusText = statusText;
      response.#section = headers;
      response.#body = body;
      response.#origin = ['basic', url, redirected];
      return response;
    };
    installBody(Response, bodyOf, (response) => response.headers.get('content-type'));
  }
}

defineInterface(Response, 'Response');
defineInspection(Response, ({ status, statusText, url, headers, bodyUsed }) => ({ status, statusText, url, headers, bodyUsed }));
