/**
 * The JavaScript half of the engine, wired up: every global that a function finds, with the attributes that the standards
 * give it, and the hooks that the Rust half calls. Evaluated once, when the engine is built; what runs here is free at
 * run time.
 */
import { setHooks } from 'native';
import { dispatch, failWith, hasHandler } from './internal/dispatch.js';
import { Deno } from './platform/deno.js';
import { Blob, File } from './web/blob.js';
import { console, describeError } from './web/console.js';
import { Crypto, SubtleCrypto, crypto } from './web/crypto.js';
import { DOMException, QuotaExceededError } from './web/dom-exception.js';
import { TextDecoder, TextDecoderStream, TextEncoder, TextEncoderStream } from './web/encoding.js';
import {
  AbortController, AbortSignal, CustomEvent, ErrorEvent, Event, EventTarget, MessageEvent, PromiseRejectionEvent, installGlobalEventTarget,
  logUncaught, reportError, reportUnhandledRejection, setUncaughtHandler,
} from './web/events.js';
import { fetch } from './web/fetch.js';
import { FormData } from './web/form-data.js';
import { Headers } from './web/headers.js';
import { Navigator, navigator } from './web/navigator.js';
import { Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure, performance } from './web/performance.js';
import { Request } from './web/request.js';
import { Response } from './web/response.js';
import * as streams from './web/streams.js';
import { refuseToClone, structuredClone } from './web/structured-clone.js';
import {
  clearImmediate, clearInterval, clearTimeout, queueMicrotask, runTimers, setImmediate, setInterval, setTimeout,
} from './web/timers.js';
import { URL, URLSearchParams } from './web/url.js';

/** Interface objects and namespaces: writable, not enumerable. */
const interfaces = {
  AbortController, AbortSignal, Blob, Crypto, CustomEvent, DOMException, ErrorEvent, Event, EventTarget, File,
  FormData, Headers, MessageEvent, Navigator, Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure,
  PromiseRejectionEvent, QuotaExceededError, Request, Response, SubtleCrypto, TextDecoder, TextDecoderStream, TextEncoder,
  TextEncoderStream, URL, URLSearchParams,
  ByteLengthQueuingStrategy: streams.ByteLengthQueuingStrategy,
  CountQueuingStrategy: streams.CountQueuingStrategy,
  ReadableByteStreamController: streams.ReadableByteStreamController,
  ReadableStream: streams.ReadableStream,
  ReadableStreamBYOBReader: streams.ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest: streams.ReadableStreamBYOBRequest,
  ReadableStreamDefaultController: streams.ReadableStreamDefaultController,
  ReadableStreamDefaultReader: streams.ReadableStreamDefaultReader,
  TransformStream: streams.TransformStream,
  TransformStreamDefaultController: streams.TransformStreamDefaultController,
  WritableStream: streams.WritableStream,
  WritableStreamDefaultController: streams.WritableStreamDefaultController,
  WritableStreamDefaultWriter: streams.WritableStreamDefaultWriter,
  Deno,
  console,
};

/** Operations of the global object: enumerable. */
const operations = {
  atob: globalThis.atob, btoa: globalThis.btoa, clearImmediate, clearInterval, clearTimeout, fetch, queueMicrotask,
  reportError, setImmediate, setInterval, setTimeout, structuredClone,
};

/** Attributes of the global object: accessors, which assignment replaces by a plain property. */
const attributes = { crypto, navigator, performance, self: globalThis };

for (const [name, value] of Object.entries(interfaces)) {
  Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
}
for (const [name, value] of Object.entries(operations)) {
  Object.defineProperty(globalThis, name, { value, writable: true, enumerable: true, configurable: true });
}
for (const [name, value] of Object.entries(attributes)) {
  const { get, set } = Object.getOwnPropertyDescriptor({
    get [name]() {
      return value;
    },
    set [name](replacement) {
      Object.defineProperty(globalThis, name, { value: replacement, writable: true, enumerable: true, configurable: true });
    },
  }, name);
  Object.defineProperty(globalThis, name, { get, set, enumerable: true, configurable: true });
}

installGlobalEventTarget();

// Their state is private, so a copy would come out as an empty object.
const cloneable = new Set([Blob, File, DOMException]);
refuseToClone(Object.values(interfaces).filter((value) => typeof value === 'function' && !cloneable.has(value)));

// What nobody caught ends the call, if it is still open, and is written down in any case: after the response it would
// otherwise be lost.
setUncaughtHandler((error, inPromise) => {
  logUncaught(error, inPromise);
  failWith(error);
});

setHooks({
  dispatch,
  timers: runTimers,
  unhandledRejection: reportUnhandledRejection,
  hasHandler,
  describe: describeError,
});
