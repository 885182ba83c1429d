/**
 * `MessageChannel` and `MessagePort` of HTML, within one call: there is nobody else to talk to. Each message is delivered
 * in a task of its own.
 */

import { requireCall } from 'native';
import { brands } from '../internal/brands.js';
import { defineInterface, requireArguments } from '../internal/webidl.js';
import { DOMException } from './dom-exception.js';
import { MessageEvent } from './event-kinds.js';
import { defineEventHandler, Event, EventTarget, fire, hasListeners } from './event-target.js';
import { internalKey, requireInternalKey } from './interfaces.js';
import { cloneWith, transferList } from './structured-clone.js';
import { startTimer } from './timers.js';

/** Set inside the class, where private names are in scope. */
let entangle, isPort, isDetached, movePort, start;
export {
  /** @type {(port: MessagePort) => boolean} Whether it has been transferred. */
  isDetached,
  /** @type {(port: MessagePort) => MessagePort} A port that takes the place of this one, which is detached. */
  movePort,
};

export class MessagePort extends EventTarget {
  /** The other end. @type {MessagePort | null} */
  #other = null;
  /** What came and is not delivered: [data, ports]. @type {[any, MessagePort[]][]} */
  #queue = [];
  #started = false;
  #scheduled = false;
  #detached = false;

  /** @param {symbol} [key] */
  constructor(key = undefined) {
    requireInternalKey(key);
    super();
  }

  /**
   * @param {any} message
   * @param {any} [options] a transfer list, or a dictionary with one
   */
  postMessage(message, options = undefined) {
    requireArguments(arguments.length, 1, 'MessagePort.postMessage');
    const other = this.#other;
    const isList = typeof options === 'object' && options !== null && typeof options[Symbol.iterator] === 'function';
    const list = transferList(isList ? { transfer: options } : options, 'MessagePort.postMessage');
    if (list.includes(this)) throw new DOMException('A port cannot be sent through itself.', 'DataCloneError');
    const [data, moved] = cloneWith(message, list);
    // The other end may be what was moved, and is lost then.
    if (other === null || other.#detached) return;
    other.#queue.push([data, moved.filter(isPort)]);
    other.#schedule();
  }

  start() {
    start(this);
  }

  close() {
    const other = this.#other;
    this.#other = null;
    this.#detached = true;
    if (other === null) return;
    other.#other = null;
    if (!hasListeners(other, 'close')) return;
    requireCall('a MessagePort');
    startTimer(() => fire(other, new Event('close')), 0);
  }

  #schedule() {
    if (!this.#started || this.#scheduled || this.#queue.length === 0) return;
    requireCall('a MessagePort');
    this.#scheduled = true;
    startTimer(() => this.#deliver(), 0);
  }

  #deliver() {
    this.#scheduled = false;
    const next = this.#queue.shift();
    if (next === undefined) return;
    this.#schedule();
    const [data, ports] = next;
    fire(this, new MessageEvent('message', { data, ports }));
  }

  static {
    isPort = (value) => typeof value === 'object' && value !== null && #detached in value;
    isDetached = (port) => port.#detached;
    start = (port) => {
      port.#started = true;
      port.#schedule();
    };
    entangle = (one, other) => {
      one.#other = other;
      other.#other = one;
    };
    movePort = (port) => {
      const moved = new MessagePort(internalKey);
      moved.#queue = port.#queue;
      port.#queue = [];
      port.#detached = true;
      if (port.#other !== null) entangle(moved, port.#other);
      port.#other = null;
      return moved;
    };
  }
}
defineInterface(MessagePort, 'MessagePort');
for (const type of ['message', 'messageerror', 'close']) defineEventHandler(MessagePort.prototype, type);

// Whoever sets a handler wants the messages.
const { get, set } = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
Object.defineProperty(MessagePort.prototype, 'onmessage', {
  get,
  set: Object.getOwnPropertyDescriptor({
    set onmessage(handler) {
      Reflect.apply(set, this, [handler]);
      start(this);
    },
  }, 'onmessage').set,
  enumerable: true,
  configurable: true,
});

export class MessageChannel {
  #first = new MessagePort(internalKey);
  #second = new MessagePort(internalKey);

  constructor() {
    entangle(this.#first, this.#second);
  }

  get port1() { return this.#first; }
  get port2() { return this.#second; }
}
defineInterface(MessageChannel, 'MessageChannel');

brands.isPort = isPort;
