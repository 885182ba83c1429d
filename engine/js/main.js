/**
 * The JavaScript half of the engine, wired up: every global that a function finds, with the attributes that the standards
 * give it, and the hooks that the Rust half calls. Evaluated once, when the engine is built; what runs here is free at
 * run time, and what is imported here stands in every heap image. So the rest is loaded when it is needed: see `lazy.js`.
 */
import { setHooks } from 'native';
import { dispatch, failWith, hasHandler } from './internal/dispatch.js';
import { DOMException } from './internal/intrinsics.js';
import { load, report, timers } from './internal/lazy.js';
import { installLocaleMethods } from './internal/locale-methods.js';
import { ctx } from './platform/context.js';
import { console } from './web/console.js';
import { describeError } from './web/errors.js';
import { Headers } from './web/headers.js';
import { Request } from './web/request.js';
import { Response } from './web/response.js';

/** Interface objects and namespaces: writable, not enumerable. */
const interfaces = { global: globalThis, DOMException, Headers, Request, Response, console };

/** The others, by the module that they are in. */
const lazyInterfaces = {
  'internal/node/buffer.js': ['Buffer'],
  'internal/node/process.js': ['process'],
  'platform/deno.js': ['Deno'],
  'web/abort.js': ['AbortController', 'AbortSignal'],
  'web/atomics.js': ['Atomics'],
  'web/blob.js': ['Blob', 'File'],
  'web/compression.js': ['CompressionStream', 'DecompressionStream'],
  'web/crypto.js': ['Crypto'],
  'web/dom-exception.js': ['QuotaExceededError'],
  'web/encoding-streams.js': ['TextDecoderStream', 'TextEncoderStream'],
  'web/encoding.js': ['TextDecoder', 'TextEncoder'],
  'web/event-source.js': ['EventSource'],
  'web/events.js': ['CustomEvent', 'ErrorEvent', 'Event', 'EventTarget', 'MessageEvent', 'PromiseRejectionEvent'],
  'web/file-reader.js': ['FileReader', 'ProgressEvent'],
  'web/form-data.js': ['FormData'],
  'web/intl/intl.js': ['Intl'],
  'web/message-channel.js': ['MessageChannel', 'MessagePort'],
  'web/navigator.js': ['Navigator'],
  'web/performance.js': ['Performance', 'PerformanceEntry', 'PerformanceMark', 'PerformanceMeasure'],
  'web/streams.js': [
    'ByteLengthQueuingStrategy', 'CountQueuingStrategy', 'ReadableByteStreamController', 'ReadableStream', 'ReadableStreamBYOBReader',
    'ReadableStreamBYOBRequest', 'ReadableStreamDefaultController', 'ReadableStreamDefaultReader', 'TransformStream',
    'TransformStreamDefaultController', 'WritableStream', 'WritableStreamDefaultController', 'WritableStreamDefaultWriter',
  ],
  'web/subtle.js': ['CryptoKey', 'SubtleCrypto'],
  'web/url-pattern.js': ['URLPattern'],
  'web/url.js': ['URL', 'URLSearchParams'],
  'web/web-assembly.js': ['WebAssembly'],
  'web/web-socket.js': ['CloseEvent', 'WebSocket'],
};

/** Operations of the global object: enumerable. */
const operations = { atob: globalThis.atob, btoa: globalThis.btoa };

const lazyOperations = {
  'web/events.js': ['reportError'],
  'web/fetch.js': ['fetch'],
  'web/structured-clone.js': ['structuredClone'],
  'web/timers.js': [
    'clearImmediate', 'clearInterval', 'clearTimeout', 'queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout',
  ],
};

/** Attributes of the global object: accessors, which assignment replaces by a plain property. */
const lazyAttributes = { 'web/crypto.js': ['crypto'], 'web/navigator.js': ['navigator'], 'web/performance.js': ['performance'] };

/** What the global object inherits or has as an event target, which it becomes when `web/events.js` is loaded. */
const eventMembers = ['addEventListener', 'dispatchEvent', 'onerror', 'onrejectionhandled', 'onunhandledrejection', 'removeEventListener'];

/**
 * What else in a source says that a module will be needed. A name with a dot before it counts as a member only. Each is a
 * guess: without it the module is loaded in the call.
 */
const signs = {
  '.invoke': ['platform/invoke.js'],
  '.blob': ['web/blob.js', 'internal/mime.js'],
  '.body': ['web/streams.js'],
  '.clone': ['web/streams.js'],
  '.formData': ['web/form-data.js', 'internal/mime.js'],
  '.redirect': ['web/url.js'],
  '.signal': ['web/abort.js'],
  '.subtle': ['web/subtle.js'],
  Request: ['web/url.js'],
  console: ['web/format.js'],
  fetch: ['web/url.js'],
};

/** Members of `ctx` that a source which names them has before a call asks. */
const members = ['db', 'idempotency'];

/**
 * Of what the language has, QuickJS makes a function when it is first read: here, and not in every call. What handlers and
 * the parts of this half use most, for it stands in every heap image.
 */
const common = [
  [JSON, ['parse', 'stringify']],
  [Promise, ['all', 'resolve']],
  [Promise.prototype, ['catch', 'then']],
  [Object, ['assign', 'entries', 'fromEntries', 'keys', 'values']],
  [Array, ['from', 'isArray']],
  [Array.prototype, ['filter', 'find', 'forEach', 'includes', 'join', 'map', 'push', 'slice', 'some', 'sort', Symbol.iterator]],
  [String.prototype, ['endsWith', 'includes', 'replace', 'slice', 'split', 'startsWith', 'toLowerCase', 'toWellFormed', 'trim']],
  [RegExp.prototype, ['exec', 'test']],
  [Map.prototype, ['get', 'has', 'set']],
  [Math, ['floor', 'max', 'min', 'random', 'round', 'trunc']],
  [Number, ['isFinite', 'isInteger']],
  [Date, ['now']],
];

/** @param {PropertyKey} name @param {unknown} value @param {boolean} enumerable */
function define(name, value, enumerable) {
  Object.defineProperty(globalThis, name, { value, writable: true, enumerable, configurable: true });
}

/** By the words that ask for them: the module of a global, or what else is to be done. @type {Map<string, string | (() => void)>} */
const arrivals = new Map();

/** @param {string} word */
function arrive(word) {
  const arrival = arrivals.get(word);
  if (typeof arrival === 'string') replace(word, load(arrival)[word]);
  else arrival?.();
}

/** @param {string} name */
function valueOf(name) {
  arrive(name);
  return globalThis[name];
}

/** @param {string} name @param {unknown} value */
function replace(name, value) {
  define(name, value, Object.getOwnPropertyDescriptor(globalThis, name).enumerable);
}

/** A global that is loaded, and becomes a plain property, at its first use. Both closures hold its name alone: there are many. */
function defineLazy(path, name, enumerable) {
  arrivals.set(name, path);
  Object.defineProperty(globalThis, name, {
    get: () => valueOf(name),
    set: (value) => replace(name, value),
    enumerable,
    configurable: true,
  });
}

function defineAttribute(name, valueOf) {
  const { get, set } = Object.getOwnPropertyDescriptor({
    get [name]() {
      return valueOf();
    },
    set [name](replacement) {
      define(name, replacement, true);
    },
  }, name);
  Object.defineProperty(globalThis, name, { get, set, enumerable: true, configurable: true });
}

/** Stands on the global object until it is an event target. */
function defineEventMember(name) {
  arrivals.set(name, report);
  Object.defineProperty(globalThis, name, {
    get() {
      report();
      return globalThis[name];
    },
    set(value) {
      report();
      globalThis[name] = value;
    },
    enumerable: false,
    configurable: true,
  });
}

/** @param {Record<string, string[]>} table @param {(path: string, name: string) => void} each */
function forEachName(table, each) {
  for (const path of Object.keys(table)) for (const name of table[path]) each(path, name);
}

for (const name of Object.keys(interfaces)) define(name, interfaces[name], false);
for (const name of Object.keys(operations)) define(name, operations[name], true);
forEachName(lazyInterfaces, (path, name) => defineLazy(path, name, false));
forEachName(lazyOperations, (path, name) => defineLazy(path, name, true));
forEachName(lazyAttributes, (path, name) => {
  defineAttribute(name, () => load(path)[name]);
  arrivals.set(name, () => load(path));
});
defineAttribute('self', () => globalThis);
eventMembers.forEach(defineEventMember);
installLocaleMethods();
for (const name of members) arrivals.set(`.${name}`, () => ctx[name]);
for (const [owner, names] of common) for (const name of names) owner[name];
forEachName(signs, (word, path) => {
  const before = arrivals.get(word);
  arrivals.set(word, () => {
    if (typeof before === 'string') replace(word, load(before)[word]);
    else before?.();
    load(path);
  });
});

/** Loads what a source asks for, before it is evaluated. @param {string[]} words of `arrivals`, as they stand in it */
function prepare(words) {
  words.forEach(arrive);
}

setHooks({
  dispatch,
  timers: () => timers().runTimers(),
  unhandledRejection(reason, promise) {
    try {
      report().reportUnhandledRejection(reason, promise);
    } catch {
      // There is no room to load what would offer it to listeners.
      failWith(reason);
    }
  },
  rejectionHandled: (reason, promise) => report().reportRejectionHandled(reason, promise),
  hasHandler,
  describe: describeError,
  prepare,
}, [...arrivals.keys()]);
