/**
 * `WebSocket` of the WebSockets standard, over a connection that the host has: it shakes hands, answers pings and keeps the
 * limits. Messages are asked for one at a time, so that a server which sends faster than they are handled waits.
 *
 * As in other servers, the second argument may be a dictionary of `protocols` and `headers`, and `error` is an `ErrorEvent`
 * that says what went wrong.
 */

import { requireCall } from 'native';
import { socketClose, socketDrop, socketOpen, socketReceive, socketSend } from 'native:socket';
import { brands } from '../internal/brands.js';
import { blob, url as urls } from '../internal/lazy.js';
import { defineInterface, isBuffer, requireArguments, toDictionary, toUSVString } from '../internal/webidl.js';
import { DOMException } from './dom-exception.js';
import { ErrorEvent, MessageEvent } from './event-kinds.js';
import { defineEventHandler, Event, EventTarget, fire, hasListeners } from './event-target.js';
import { Headers, headersSection } from './headers.js';
import { defineConstants, defineInspection } from './interfaces.js';

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/** What `socketReceive` gives: the first of each. */
const TEXT = 0;
const BYTES = 1;
const END = 2;

const ABNORMAL = 1006;
/** Bytes of a close frame that a reason has room in. */
const MAX_REASON = 123;
/** `token` of RFC 9110. */
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;

export class CloseEvent extends Event {
  #wasClean = false;
  #code = 0;
  #reason = '';

  /**
   * @param {string} type
   * @param {CloseEventInit} [init]
   */
  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, 'CloseEvent');
    super(type, init);
    const { wasClean, code, reason } = toDictionary(init, 'CloseEvent: argument 2');
    this.#wasClean = !!wasClean;
    if (code !== undefined) this.#code = toUnsignedShort(code);
    if (reason !== undefined) this.#reason = toUSVString(reason);
  }

  get wasClean() { return this.#wasClean; }
  get code() { return this.#code; }
  get reason() { return this.#reason; }
}
defineInterface(CloseEvent, 'CloseEvent');
defineInspection(CloseEvent, ({ type, wasClean, code, reason }) => ({ type, wasClean, code, reason }));

export class WebSocket extends EventTarget {
  #url;
  #origin;
  #protocol = '';
  #readyState = CONNECTING;
  /** @type {BinaryType} */
  #binaryType = 'blob';
  #bufferedAmount = 0;
  /** The host's connection; 0 when there is none any more. */
  #id = 0;
  /** Settles when everything that was sent before has gone out. */
  #sent = Promise.resolve();

  /** @param {string | URL} url @param {string | string[] | { protocols?: string | string[], headers?: HeadersInit }} [protocols] */
  constructor(url, protocols = undefined) {
    requireArguments(arguments.length, 1, 'WebSocket');
    super();
    const text = toUSVString(url);
    const [offered, headers] = options(protocols);
    this.#url = parse(text);
    this.#origin = new (urls().URL)(this.#url).origin;
    checkProtocols(offered);
    requireCall('a WebSocket');
    const { id, promise } = socketOpen(this.#url, offered, headers);
    this.#id = id;
    promise.then((protocol) => this.#opened(protocol), (error) => this.#fail(error.message));
  }

  get url() { return this.#url; }
  get readyState() { return this.#readyState; }
  get bufferedAmount() { return this.#bufferedAmount; }
  get protocol() { return this.#protocol; }
  /** None is offered. */
  get extensions() {
    void this.#url;
    return '';
  }
  get binaryType() { return this.#binaryType; }
  set binaryType(value) {
    const kind = `${value}`;
    // What is no value of the enumeration is ignored.
    if (kind === 'blob' || kind === 'arraybuffer') this.#binaryType = kind;
  }

  /** @param {string | ArrayBufferLike | ArrayBufferView | Blob} data */
  send(data) {
    const state = this.#readyState;
    requireArguments(arguments.length, 1, 'WebSocket.send');
    let message = data;
    let size;
    if (brands.isBlob(data)) {
      size = data.size;
      message = blob().blobBytes(data);
    } else if (ArrayBuffer.isView(data) || isBuffer(data)) {
      // It is sent as it is now, whatever becomes of it.
      message = copy(data);
      size = message.length;
    } else {
      message = toUSVString(data);
      size = utf8Length(message);
    }
    if (state === CONNECTING) throw new DOMException('WebSocket.send: it is still connecting', 'InvalidStateError');
    this.#bufferedAmount += size;
    if (state !== OPEN) return;
    this.#outward(() => socketSend(this.#id, message), () => { this.#bufferedAmount -= size; });
  }

  /** @param {number} [code] @param {string} [reason] */
  close(code = undefined, reason = undefined) {
    const state = this.#readyState;
    const number = code === undefined ? undefined : clampUnsignedShort(code);
    const text = reason === undefined ? '' : toUSVString(reason);
    if (number !== undefined && number !== 1000 && !(number >= 3000 && number <= 4999)) {
      throw new DOMException(`WebSocket.close: the code must be 1000 or from 3000 to 4999, not ${number}`, 'InvalidAccessError');
    }
    if (utf8Length(text) > MAX_REASON) {
      throw new DOMException(`WebSocket.close: the reason has more than ${MAX_REASON} bytes`, 'SyntaxError');
    }
    if (state >= CLOSING) return;
    this.#readyState = CLOSING;
    if (state === CONNECTING) {
      this.#release();
      Promise.resolve().then(() => this.#fail('it was closed before the connection was established'));
      return;
    }
    // A reason needs a code.
    this.#outward(() => socketClose(this.#id, number ?? (text === '' ? undefined : 1000), text));
  }

  /** Sends after what is sent before. */
  #outward(send, done = undefined) {
    this.#sent = this.#sent.then(() => (this.#id === 0 ? undefined : send().then(done)))
      .catch((error) => this.#fail(error.message));
  }

  async #opened(protocol) {
    this.#protocol = protocol;
    this.#readyState = OPEN;
    fire(this, new Event('open'));
    while (this.#id !== 0) {
      const [kind, data, code, reason] = await socketReceive(this.#id);
      if (kind === TEXT || kind === BYTES) {
        // What comes after the function has closed is nobody's.
        if (this.#readyState === OPEN && hasListeners(this, 'message')) fire(this, this.#message(kind, data));
      } else if (kind === END) {
        this.#close(data, code, reason);
      } else {
        this.#fail(data);
      }
    }
  }

  #message(kind, data) {
    const received = kind === TEXT ? data : this.#binaryType === 'blob' ? blob().blobFromBytes(data, '') : data.buffer;
    return new MessageEvent('message', { data: received, origin: this.#origin });
  }

  #release() {
    if (this.#id !== 0) socketDrop(this.#id);
    this.#id = 0;
  }

  #fail(message) {
    if (this.#readyState === CLOSED) return;
    this.#readyState = CLOSED;
    this.#release();
    const text = `WebSocket: ${message}`;
    if (hasListeners(this, 'error')) fire(this, new ErrorEvent('error', { message: text, error: new Error(text) }));
    fire(this, new CloseEvent('close', { code: ABNORMAL }));
  }

  #close(wasClean, code, reason) {
    this.#readyState = CLOSED;
    this.#release();
    fire(this, new CloseEvent('close', { wasClean, code, reason }));
  }
}
defineInterface(WebSocket, 'WebSocket');
defineConstants(WebSocket, { CONNECTING, OPEN, CLOSING, CLOSED });
for (const type of ['open', 'error', 'close', 'message']) defineEventHandler(WebSocket.prototype, type);
defineInspection(WebSocket, ({ url, readyState, protocol, binaryType, bufferedAmount }) => (
  { url, readyState, protocol, binaryType, bufferedAmount }
));

/** What the second argument says: [subprotocols, section of further fields]. */
function options(given) {
  if (given === undefined) return [[], ''];
  const isObject = (typeof given === 'object' && given !== null) || typeof given === 'function';
  if (!isObject) return [[`${given}`], ''];
  const method = given[Symbol.iterator];
  if (method !== undefined && method !== null) return [list(given, method), ''];
  const { protocols, headers } = given;
  return [protocols === undefined ? [] : options(protocols)[0], headers === undefined ? '' : headersSection(new Headers(headers))];
}

function list(iterable, method) {
  if (typeof method !== 'function') throw new TypeError('WebSocket: argument 2 is not iterable');
  return Array.from({ [Symbol.iterator]: () => method.call(iterable) }, (protocol) => `${protocol}`);
}

/** The URL with a scheme of WebSockets. */
function parse(text) {
  const shown = JSON.stringify(text);
  const resolved = urls().resolveUrl(text);
  if (resolved === undefined) throw new DOMException(`WebSocket: invalid URL ${shown}`, 'SyntaxError');
  const href = resolved[0].replace(/^http(?=s?:)/, 'ws');
  if (!/^wss?:/.test(href)) {
    throw new DOMException(`WebSocket: the scheme of ${shown} must be ws:, wss:, http: or https:`, 'SyntaxError');
  }
  if (href.includes('#')) throw new DOMException(`WebSocket: the URL ${shown} must not have a fragment`, 'SyntaxError');
  return href;
}

function checkProtocols(protocols) {
  protocols.forEach((protocol, index) => {
    const shown = JSON.stringify(protocol);
    if (!TOKEN.test(protocol)) throw new DOMException(`WebSocket: ${shown} cannot be the name of a subprotocol`, 'SyntaxError');
    if (protocols.indexOf(protocol) !== index) throw new DOMException(`WebSocket: the subprotocol ${shown} stands there twice`, 'SyntaxError');
  });
}

function toUnsignedShort(value) {
  return Number(value) & 0xffff;
}

/** `[Clamp] unsigned short`: halves go to the even number. */
function clampUnsignedShort(value) {
  const number = Math.min(Math.max(Number(value), 0), 0xffff);
  if (Number.isNaN(number)) return 0;
  const floor = Math.floor(number);
  const rest = number - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** Bytes of a string without lone surrogates, in UTF-8. */
function utf8Length(text) {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Of a pair each half counts for two of its four bytes.
    if (unit > 0x7f) length += unit > 0x7ff && (unit & 0xf800) !== 0xd800 ? 2 : 1;
  }
  return length;
}

function copy(data) {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
    : new Uint8Array(data).slice();
}
