/** `EventSource` of HTML, over `fetch`: it connects again when the stream ends, as long as the call goes on. */

import { requireCall } from 'native';
import { abort, mime, url as urls } from '../internal/lazy.js';
import { defineInterface, requireArguments, toDictionary, toUSVString } from '../internal/webidl.js';
import { DOMException } from './dom-exception.js';
import { MessageEvent } from './event-kinds.js';
import { defineEventHandler, Event, EventTarget, fire } from './event-target.js';
import { EventStreamParser } from './event-stream.js';
import { fetch } from './fetch.js';
import { defineConstants, defineInspection } from './interfaces.js';
import { startTimer } from './timers.js';

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;
/** Milliseconds before it connects again, until the server says otherwise. */
const RECONNECTION_TIME = 2000;

export class EventSource extends EventTarget {
  #url;
  #withCredentials = false;
  #readyState = CONNECTING;
  #reconnectionTime = RECONNECTION_TIME;
  #lastEventId = '';
  #controller = new (abort().AbortController)();

  /** @param {string | URL} url @param {EventSourceInit} [init] */
  constructor(url, init = undefined) {
    requireArguments(arguments.length, 1, 'EventSource');
    super();
    const text = toUSVString(url);
    const { withCredentials } = toDictionary(init, 'EventSource: argument 2');
    this.#withCredentials = !!withCredentials;
    const resolved = urls().resolveUrl(text);
    if (resolved === undefined) throw new DOMException(`EventSource: invalid URL ${JSON.stringify(text)}`, 'SyntaxError');
    this.#url = resolved[0];
    requireCall('an EventSource');
    startTimer(() => this.#connect(), 0);
  }

  get url() { return this.#url; }
  get withCredentials() { return this.#withCredentials; }
  get readyState() { return this.#readyState; }

  close() {
    this.#readyState = CLOSED;
    this.#controller.abort();
  }

  async #connect() {
    if (this.#readyState === CLOSED) return;
    const headers = [['accept', 'text/event-stream'], ['cache-control', 'no-cache']];
    let response;
    try {
      // The id is sent as it came, in UTF-8.
      if (this.#lastEventId !== '') headers.push(['last-event-id', binaryUtf8(this.#lastEventId)]);
      const credentials = this.#withCredentials ? 'include' : 'same-origin';
      response = await fetch(this.#url, { headers, credentials, cache: 'no-store', signal: this.#controller.signal });
    } catch {
      this.#retry();
      return;
    }
    const type = mime().mimeOfContentType(response.headers.get('content-type') ?? '');
    if (response.status !== 200 || type?.essence !== 'text/event-stream') {
      response.body?.cancel().catch(() => {});
      this.#fail();
      return;
    }
    await this.#read(response);
  }

  /** @param {Response} response */
  async #read(response) {
    if (this.#readyState === CLOSED) return;
    this.#readyState = OPEN;
    fire(this, new Event('open'));
    const { origin } = new (urls().URL)(response.url);
    const parser = new EventStreamParser(this.#lastEventId, {
      event: (type, data, lastEventId) => {
        this.#lastEventId = lastEventId;
        if (this.#readyState !== CLOSED) fire(this, new MessageEvent(type, { data, origin, lastEventId }));
      },
      identify: (lastEventId) => { this.#lastEventId = lastEventId; },
      retry: (milliseconds) => { this.#reconnectionTime = milliseconds; },
    });
    try {
      const reader = response.body?.getReader();
      for (let chunk; reader !== undefined && !(chunk = await reader.read()).done;) parser.push(chunk.value);
    } catch {
      // A stream that breaks off is like one that ends.
    }
    this.#retry();
  }

  #retry() {
    if (this.#readyState === CLOSED) return;
    this.#readyState = CONNECTING;
    fire(this, new Event('error'));
    if (this.#readyState === CONNECTING) startTimer(() => this.#connect(), this.#reconnectionTime);
  }

  #fail() {
    if (this.#readyState === CLOSED) return;
    this.#readyState = CLOSED;
    fire(this, new Event('error'));
  }
}
defineInterface(EventSource, 'EventSource');
defineConstants(EventSource, { CONNECTING, OPEN, CLOSED });
for (const type of ['open', 'message', 'error']) defineEventHandler(EventSource.prototype, type);
defineInspection(EventSource, ({ url, readyState, withCredentials }) => ({ url, readyState, withCredentials }));

/** UTF-8 as a string with a character for each byte. */
function binaryUtf8(text) {
  return unescape(encodeURIComponent(text.toWellFormed()));
}
