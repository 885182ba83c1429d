/** The events with data of their own: `CustomEvent`, `ErrorEvent`, `PromiseRejectionEvent`, `MessageEvent`. */

import { defineInterface, requireArguments, toDictionary } from '../internal/webidl.js';
import { Event } from './event-target.js';

export class CustomEvent extends Event {
  /** @type {any} */
  #detail = null;

  /**
   * @param {string} type
   * @param {CustomEventInit} [init]
   */
  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, 'CustomEvent');
    super(type, init);
    if (init?.detail !== undefined) this.#detail = init.detail;
  }

  get detail() { return this.#detail; }

  /**
   * @param {string} type
   * @param {boolean} [bubbles]
   * @param {boolean} [cancelable]
   * @param {any} [detail]
   */
  initCustomEvent(type, bubbles = false, cancelable = false, detail = null) {
    requireArguments(arguments.length, 1, 'CustomEvent.initCustomEvent');
    // `eventPhase` is non-zero exactly while the event is dispatched, when nothing of it may change.
    if (super.eventPhase !== 0) return;
    this.initEvent(type, bubbles, cancelable);
    this.#detail = detail;
  }
}
defineInterface(CustomEvent, 'CustomEvent');

export class ErrorEvent extends Event {
  #message = '';
  #filename = '';
  #lineno = 0;
  #colno = 0;
  /** @type {any} */
  #error = undefined;

  /**
   * @param {string} type
   * @param {ErrorEventInit} [init]
   */
  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, 'ErrorEvent');
    super(type, init);
    const { message, filename, lineno, colno, error } = toDictionary(init, 'ErrorEvent: argument 2');
    if (message !== undefined) this.#message = `${message}`;
    if (filename !== undefined) this.#filename = `${filename}`;
    if (lineno !== undefined) this.#lineno = lineno >>> 0;
    if (colno !== undefined) this.#colno = colno >>> 0;
    this.#error = error;
  }

  get message() { return this.#message; }
  get filename() { return this.#filename; }
  get lineno() { return this.#lineno; }
  get colno() { return this.#colno; }
  get error() { return this.#error; }
}
defineInterface(ErrorEvent, 'ErrorEvent');

export class PromiseRejectionEvent extends Event {
  /** @type {any} */
  #promise;
  /** @type {any} */
  #reason;

  /**
   * @param {string} type
   * @param {PromiseRejectionEventInit} init
   */
  constructor(type, init) {
    requireArguments(arguments.length, 2, 'PromiseRejectionEvent');
    super(type, init);
    const { promise, reason } = toDictionary(init, 'PromiseRejectionEvent: argument 2');
    if (typeof promise !== 'object' || promise === null) {
      throw new TypeError("PromiseRejectionEvent: the member 'promise' is required and must be an object");
    }
    this.#promise = promise;
    this.#reason = reason;
  }

  get promise() { return this.#promise; }
  get reason() { return this.#reason; }
}
defineInterface(PromiseRejectionEvent, 'PromiseRejectionEvent');

export class MessageEvent extends Event {
  /** @type {any} */
  #data = null;
  #origin = '';
  #lastEventId = '';
  /** @type {any} */
  #source = null;
  /** @type {readonly any[]} */
  #ports = Object.freeze([]);

  /**
   * @param {string} type
   * @param {MessageEventInit} [init]
   */
  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, 'MessageEvent');
    super(type, init);
    const { data, origin, lastEventId, source, ports } = toDictionary(init, 'MessageEvent: argument 2');
    this.#fill(data === undefined ? null : data, origin, lastEventId, source, ports);
  }

  /**
   * @param {any} data
   * @param {any} origin
   * @param {any} lastEventId
   * @param {any} source
   * @param {any} ports
   */
  #fill(data, origin = '', lastEventId = '', source = null, ports = []) {
    this.#data = data;
    this.#origin = `${origin}`;
    this.#lastEventId = `${lastEventId}`;
    this.#source = source;
    this.#ports = Object.freeze([...ports]);
  }

  get data() { return this.#data; }
  get origin() { return this.#origin; }
  get lastEventId() { return this.#lastEventId; }
  get source() { return this.#source; }
  get ports() { return this.#ports; }

  /**
   * @param {string} type
   * @param {boolean} [bubbles]
   * @param {boolean} [cancelable]
   * @param {any} [data]
   * @param {string} [origin]
   * @param {string} [lastEventId]
   * @param {any} [source]
   * @param {any[]} [ports]
   */
  initMessageEvent(type, bubbles = false, cancelable = false, data = null, origin = '', lastEventId = '', source = null, ports = []) {
    requireArguments(arguments.length, 1, 'MessageEvent.initMessageEvent');
    if (super.eventPhase !== 0) return;
    this.initEvent(type, bubbles, cancelable);
    this.#fill(data, origin, lastEventId, source, ports);
  }
}
defineInterface(MessageEvent, 'MessageEvent');
