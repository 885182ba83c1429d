/** The event `fetch` of the global object, as service workers have it: a listener answers by `event.respondWith(response)`. */
import { DOMException } from '../internal/intrinsics.js';
import { requireArguments } from '../internal/webidl.js';
import { Event, fire } from '../web/event-target.js';
import { ctx } from './context.js';

/** @type {(event: FetchEvent) => unknown} */
let responseOf;
/** @type {(event: FetchEvent) => boolean} */
let isAnswered;

class FetchEvent extends Event {
  #request;
  #answered = false;
  /** @type {unknown} */
  #response = undefined;

  static {
    responseOf = (event) => event.#response;
    isAnswered = (event) => event.#answered;
  }

  /** @param {Request} request */
  constructor(request) {
    super('fetch');
    this.#request = request;
  }

  get request() { return this.#request; }
  get clientId() { return ''; }
  get resultingClientId() { return ''; }

  /** @param {unknown} response a Response or a promise of one */
  respondWith(response) {
    requireArguments(arguments.length, 1, 'FetchEvent.respondWith');
    if (this.#answered) throw new DOMException('respondWith was called already', 'InvalidStateError');
    if (super.eventPhase === 0) throw new DOMException('respondWith must be called while the event is dispatched', 'InvalidStateError');
    this.#answered = true;
    this.#response = response;
    super.stopImmediatePropagation();
  }

  /** @param {unknown} promise */
  waitUntil(promise) {
    requireArguments(arguments.length, 1, 'FetchEvent.waitUntil');
    ctx.waitUntil(promise);
  }

  // What other runtimes ask the network for when a listener throws: there is nothing behind a function.
  passThroughOnException() {}
}

Object.defineProperty(FetchEvent.prototype, Symbol.toStringTag, { value: 'FetchEvent', configurable: true });

/** @param {Request} request */
export function offer(request) {
  const event = new FetchEvent(request);
  fire(globalThis, event);
  if (!isAnswered(event)) throw new TypeError('no listener of the event `fetch` has called event.respondWith(response)');
  return responseOf(event);
}
