/**
 * `internalBinding`, as the library of Node in `vendor/node` calls it: what is C++ in Node. Each is made when it is first
 * asked for.
 */
import { promiseState, proxyParts } from 'native';
import { nonIndexKeys } from 'native:node';
import { DOMException } from '../intrinsics.js';
import { bufferBinding } from './binding-buffer.js';
import { stringDecoderBinding } from './binding-string-decoder.js';
import { typesBinding } from './binding-types.js';

const SIGNALS = 'SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM '
  + 'SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPWR SIGSYS';

function signals() {
  const numbers = { __proto__: null };
  SIGNALS.split(' ').forEach((name, at) => {
    numbers[name] = at + 1;
  });
  return numbers;
}

const ONLY_ENUMERABLE = 2;
const SKIP_SYMBOLS = 16;

/** Own keys that are no index. */
function getOwnNonIndexProperties(value, filter) {
  return nonIndexKeys(value, (filter & ONLY_ENUMERABLE) !== 0, (filter & SKIP_SYMBOLS) !== 0);
}

class WeakReference {
  #target;
  constructor(target) {
    this.#target = new WeakRef(target);
  }
  get() {
    return this.#target.deref();
  }
  incRef() {}
  decRef() {}
}

/** Members that are loaded when they are first read. */
function defineLazyProperties(target, id, keys, enumerable = true) {
  for (const key of keys) {
    const define = (value) => Object.defineProperty(target, key, { value, writable: true, enumerable, configurable: true });
    const get = () => {
      const value = lazyRequire(id)[key];
      define(value);
      return value;
    };
    Object.defineProperty(get, 'name', { value: key });
    Object.defineProperty(target, key, { __proto__: null, get, set: define, enumerable, configurable: true });
  }
}

/** @type {(id: string) => any} set when there is something to require with */
let lazyRequire = () => ({});

/** @param {(id: string) => any} requireBuiltin */
export function requireWith(requireBuiltin) {
  lazyRequire = requireBuiltin;
}

/** The frames above the caller of `util.getCallSites`, as plain data. @param {number} count */
function getCallSites(count) {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder = {};
  try {
    Error.prepareStackTrace = (_, frames) => frames;
    // This function and the one that calls it are not counted.
    Error.stackTraceLimit = count + 2;
    Error.captureStackTrace(holder);
    return holder.stack.slice(2).map((frame) => ({
      functionName: frame.getFunctionName() ?? '',
      scriptId: '0',
      scriptName: frame.getFileName() ?? '',
      lineNumber: frame.getLineNumber() ?? 0,
      columnNumber: frame.getColumnNumber() ?? 0,
      column: frame.getColumnNumber() ?? 0,
    }));
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  }
}

function utilBinding() {
  return {
    constants: {
      kPending: 0, kFulfilled: 1, kRejected: 2, kExiting: 0, kExitCode: 1, kHasExitCode: 2, ALL_PROPERTIES: 0, ONLY_WRITABLE: 1,
      ONLY_ENUMERABLE, ONLY_CONFIGURABLE: 4, SKIP_STRINGS: 8, SKIP_SYMBOLS, kDisallowCloneAndTransfer: 0, kTransferable: 1, kCloneable: 2,
    },
    privateSymbols: {
      arrow_message_private_symbol: Symbol('arrowMessage'),
      decorated_private_symbol: Symbol('decorated'),
      untransferable_object_private_symbol: Symbol('untransferable'),
    },
    getOwnNonIndexProperties,
    defineLazyProperties,
    // Whether a deprecation is not the function's own fault: then nobody is told of it.
    isInsideNodeModules: () => true,
    getCallSites,
    getPromiseDetails: promiseState,
    getProxyDetails(value, both = true) {
      const parts = proxyParts(value);
      return both || parts === undefined ? parts : parts[0];
    },
    getConstructorName: (value) => value?.constructor?.name ?? '',
    isConstructor: (value) => typeof value === 'function' && Object.hasOwn(value, 'prototype'),
    guessHandleType: () => 'PIPE',
    parseEnv,
    sleep() {
      throw new Error('util.sleep is not available in Ramekin: a function cannot stop the clock');
    },
    WeakReference,
  };
}

const LINE = /^\s*(?:export\s+)?([\w.-]+)\s*=[^\S\n]*('(?:[^'])*'|"(?:[^"])*"|`(?:[^`])*`|[^#\n]*)?/gm;

/** The variables of a text in the form of a `.env` file. */
function parseEnv(text) {
  const variables = {};
  for (const [, name, value = ''] of text.replace(/\r\n?/g, '\n').matchAll(LINE)) {
    let plain = value.trim();
    const quote = /^(['"`])([^]*)\1$/.exec(plain);
    if (quote) plain = quote[1] === '"' ? quote[2].replaceAll('\\n', '\n') : quote[2];
    Object.defineProperty(variables, name, { value: plain, writable: true, enumerable: true, configurable: true });
  }
  return variables;
}

/** A URL as text, without some of its parts. */
function formatUrl(href, fragment, unicode, search, auth) {
  const url = new URL(href);
  if (!fragment) url.hash = '';
  if (!search) url.search = '';
  if (!auth) {
    url.username = '';
    url.password = '';
  }
  if (!unicode || !url.hostname.includes('xn--')) return url.href;
  return url.href.replace(url.hostname, () => lazyRequire('punycode').toUnicode(url.hostname));
}

/** A host name in ASCII, '' when it is none. */
export function toASCII(domain) {
  if (/^[\0-\x7f]*$/.test(domain) && !domain.includes('xn--')) return domain.toLowerCase();
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return '';
  }
}

const BINDINGS = {
  buffer: bufferBinding,
  string_decoder: stringDecoderBinding,
  types: typesBinding,
  util: utilBinding,
  constants: () => ({ os: { signals: signals() }, zlib: {} }),
  config: () => ({ hasIntl: true, hasInspector: false, noBrowserGlobals: false }),
  encoding_binding: () => ({ toASCII }),
  errors: () => ({
    exitCodes: { kNoFailure: 0, kGenericUserError: 1 },
    noSideEffectsToString: String,
    triggerUncaughtException: (error) => reportError(error),
  }),
  icu: () => ({
    icuErrName: () => 'U_ILLEGAL_ARGUMENT_ERROR',
    transcode(source, from, to) {
      const { Buffer } = lazyRequire('buffer');
      let text = Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString(from);
      if (to === 'latin1' || to === 'ascii') text = text.replace(to === 'ascii' ? /[^\0-\x7f]/gu : /[^\0-\xff]/gu, '?');
      return Buffer.from(text, to);
    },
  }),
  messaging: () => ({ DOMException }),
  stream_wrap: () => ({ streamBaseState: {} }),
  url: () => ({ format: formatUrl }),
  os: () => ({ getOSInformation: () => ['Linux', '', '', 'wasm32'] }),
  uv: () => lazyRequire('internal/uv'),
};

/** @type {Map<string, any>} */
const made = new Map();

/** @param {string} name */
export function internalBinding(name) {
  if (!made.has(name)) {
    if (!Object.hasOwn(BINDINGS, name)) throw new Error(`the library of Node asks for a binding that there is none of: ${name}`);
    made.set(name, BINDINGS[name]());
  }
  return made.get(name);
}
