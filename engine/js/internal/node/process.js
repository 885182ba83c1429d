/**
 * `process`: what of a process a function has. Its variables are read when they are asked for, so none is in an image that
 * nobody asked for one. It becomes an `EventEmitter` when it is first used as one.
 */
import { fail, loadModule, log, memorySize, monotonicNow } from 'native';
import { setVariable, variable, variables } from '../../platform/variables.js';
import { builtinModule } from './builtins.js';
import { timers } from '../lazy.js';
import { nextTick } from './ticks.js';

/** Loaded when it is needed: what reads a variable needs no more of Node. @param {string} id */
const requireBuiltin = (id) => (library ??= loadModule('internal/node/require.js')).requireBuiltin(id);
let library;

/** Of the Node whose library this is. */
export const NODE_VERSION = '22.22.2';

const env = new Proxy({}, {
  get: (_, name) => (typeof name === 'string' ? variable(name) : undefined),
  has: (_, name) => typeof name === 'string' && variable(name) !== undefined,
  set(_, name, value) {
    if (typeof name === 'symbol') throw new TypeError('Cannot convert a Symbol value to a string');
    setVariable(name, `${value}`);
    return true;
  },
  deleteProperty(_, name) {
    if (typeof name === 'string') setVariable(name, undefined);
    return true;
  },
  defineProperty(_, name, descriptor) {
    if (typeof name === 'string') setVariable(name, `${descriptor.value}`);
    return true;
  },
  ownKeys: () => variables().map(([name]) => name),
  getOwnPropertyDescriptor(_, name) {
    const value = typeof name === 'string' ? variable(name) : undefined;
    return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true };
  },
});

// ---- clocks -----------------------------------------------------------------------------------------------------

/** @param {[number, number]} [since] */
function hrtime(since = undefined) {
  const now = nanoseconds();
  let seconds = Number(now / 1_000_000_000n);
  let rest = Number(now % 1_000_000_000n);
  if (since === undefined) return [seconds, rest];
  requireBuiltin('internal/validators').validateArray(since, 'time');
  if (since.length !== 2) {
    const { ERR_OUT_OF_RANGE } = requireBuiltin('internal/errors').codes;
    throw new ERR_OUT_OF_RANGE('time', 2, since.length);
  }
  seconds -= since[0];
  rest -= since[1];
  if (rest < 0) {
    seconds--;
    rest += 1e9;
  }
  return [seconds, rest];
}
hrtime.bigint = nanoseconds;

function nanoseconds() {
  // Never 0, which code takes for a clock that stands still.
  return BigInt(Math.round(monotonicNow() * 1e6)) + 1_000_000_000n;
}

// ---- output -----------------------------------------------------------------------------------------------------

/** What stands for a stream of a process: lines of it are entries of the log. @param {1 | 2} fd @param {1 | 4} level */
function output(fd, level) {
  let line = '';
  const stream = {
    fd,
    isTTY: false,
    writable: true,
    writableLength: 0,
    write(chunk, encoding = undefined, callback = undefined) {
      const text = typeof chunk === 'string' ? chunk : requireBuiltin('buffer').Buffer.from(chunk).toString();
      const lines = (line + text).split('\n');
      line = lines.pop();
      for (const each of lines) log(level, each);
      // What is left waits for the rest of its line, as long as the function's code runs.
      if (line !== '') nextTick(flush, []);
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') nextTick(done, [null]);
      return true;
    },
    end(...args) {
      if (args.length > 0 && typeof args[0] !== 'function') stream.write(...args);
      return stream;
    },
    cork() {},
    uncork() {},
    getColorDepth: () => 1,
    hasColors: () => false,
  };
  const flush = () => {
    if (line !== '') log(level, line);
    line = '';
  };
  for (const name of ['on', 'once', 'off', 'addListener', 'removeListener', 'removeAllListeners', 'emit', 'prependListener']) {
    stream[name] = () => (name === 'emit' ? false : stream);
  }
  return stream;
}

const input = { fd: 0, isTTY: false, readable: false, read: () => null, setEncoding() {}, resume() {}, pause() {}, unref() {}, ref() {} };
for (const name of ['on', 'once', 'off', 'addListener', 'removeListener']) input[name] = () => input;

// ---- warnings, the end ------------------------------------------------------------------------------------------

/**
 * @param {string | Error} warning
 * @param {any} [type]
 * @param {any} [code]
 */
function emitWarning(warning, type = undefined, code = undefined) {
  let detail;
  if (typeof type === 'object' && type !== null && !Array.isArray(type)) {
    ({ code, detail } = type);
    type = type.type || 'Warning';
  } else if (typeof type === 'function') {
    type = code = undefined;
  }
  if (typeof code === 'function') code = undefined;
  for (const [name, value] of [['type', type], ['code', code]]) {
    if (value !== undefined && typeof value !== 'string') requireBuiltin('internal/validators').validateString(value, name);
  }
  if (typeof warning !== 'string' && !(warning instanceof Error)) {
    const { ERR_INVALID_ARG_TYPE } = requireBuiltin('internal/errors').codes;
    throw new ERR_INVALID_ARG_TYPE('warning', ['string', 'Error'], warning);
  }
  const error = typeof warning === 'string' ? Object.assign(new Error(warning), { name: type || 'Warning' }) : warning;
  if (error.name === 'DeprecationWarning' && process.noDeprecation) return;
  if (code !== undefined) error.code = code;
  if (typeof detail === 'string') error.detail = detail;
  nextTick(() => {
    const mark = typeof error.code === 'string' ? `[${error.code}] ` : '';
    log(3, `${mark}${error.name}: ${error.message}${typeof error.detail === 'string' ? `\n${error.detail}` : ''}`);
    if (isEmitter) process.emit('warning', error);
  }, []);
}

/** Ends the call at once; what is thrown only keeps the code after it from running. */
function exit(code = process.exitCode ?? 0) {
  if (isEmitter) process.emit('exit', code);
  const text = `process.exit(${String(code)}) was called`;
  fail('exit', text, undefined);
  throw new Error(text);
}

/** @param {string} name @param {string} why */
function missing(name, why) {
  return () => {
    throw new Error(`process.${name} is not available in Ramekin: ${why}`);
  };
}

const ONE_PROCESS = 'a function is no process of its own';

function memoryUsage() {
  const bytes = memorySize();
  return { rss: bytes, heapTotal: bytes, heapUsed: bytes, external: 0, arrayBuffers: 0 };
}
memoryUsage.rss = memorySize;

const members = {
  version: `v${NODE_VERSION}`,
  versions: { node: NODE_VERSION, modules: '127', openssl: '3.0.16', uv: '1.51.0', zlib: '1.3.1', v8: '12.4.254.21-node.33' },
  release: { name: 'node', lts: 'Jod' },
  arch: 'wasm32',
  platform: 'linux',
  title: 'ramekin',
  argv: ['/usr/bin/node', '/function.js'],
  argv0: 'node',
  execArgv: [],
  execPath: '/usr/bin/node',
  pid: 1,
  ppid: 0,
  exitCode: undefined,
  noDeprecation: false,
  config: { target_defaults: {}, variables: {} },
  features: { inspector: false, debug: false, uv: false, ipv6: true, tls: true, typescript: false },
  env,
  hrtime,
  memoryUsage,
  emitWarning,
  exit,
  reallyExit: exit,
  allowedNodeEnvironmentFlags: new Set(),
  cwd: () => '/',
  getActiveResourcesInfo: () => timers().pendingTimers(),
  umask: () => 0o22,
  uptime: () => monotonicNow() / 1000,
  cpuUsage: () => ({ user: Math.round(monotonicNow() * 1000), system: 0 }),
  resourceUsage: () => ({ userCPUTime: Math.round(monotonicNow() * 1000), systemCPUTime: 0, maxRSS: memorySize() / 1024 }),
  availableMemory: () => 0,
  constrainedMemory: () => 0,
  nextTick(callback, ...args) {
    requireCallback(callback);
    nextTick(callback, args);
  },
  getBuiltinModule: builtinModule,
  setUncaughtExceptionCaptureCallback() {},
  hasUncaughtExceptionCaptureCallback: () => false,
  setSourceMapsEnabled() {},
  ref() {},
  unref() {},
  abort: missing('abort', ONE_PROCESS),
  binding: missing('binding', 'the engine has no such parts'),
  chdir: missing('chdir', 'a function has no file system'),
  dlopen: missing('dlopen', 'a function cannot load native code'),
  kill: missing('kill', ONE_PROCESS),
  loadEnvFile: missing('loadEnvFile', 'a function has no file system'),
};

function requireCallback(callback) {
  if (typeof callback !== 'function') requireBuiltin('internal/validators').validateFunction(callback, 'callback');
}

// ---- as an emitter ----------------------------------------------------------------------------------------------

let isEmitter = false;

/** What `process` inherits. */
const inherited = Object.create(Object.prototype, { constructor: { value: function process() {}, writable: true, configurable: true } });

const EMITTER = [
  'addListener', 'emit', 'eventNames', 'getMaxListeners', 'listenerCount', 'listeners', 'off', 'on', 'once', 'prependListener',
  'prependOnceListener', 'rawListeners', 'removeAllListeners', 'removeListener', 'setMaxListeners',
];
for (const name of EMITTER) {
  Object.defineProperty(inherited, name, {
    value(...args) {
      becomeEmitter();
      return process[name](...args);
    },
    writable: true,
    configurable: true,
  });
}

function becomeEmitter() {
  if (isEmitter) return;
  isEmitter = true;
  for (const name of EMITTER) delete inherited[name];
  const EventEmitter = requireBuiltin('events');
  Object.setPrototypeOf(inherited, EventEmitter.prototype);
  Reflect.apply(EventEmitter, process, []);
  process.on('newListener', (name) => {
    if (Object.hasOwn(uncaught, name)) uncaught[name]();
  });
}

/** What nobody caught is told to the listeners of `process` too; they have dealt with it then. */
const uncaught = {
  uncaughtException() {
    forward('error', 'uncaughtException', (event) => [event.error, 'uncaughtException']);
    uncaught.unhandledRejection();
    forward('unhandledrejection', 'uncaughtException', (event) => [event.reason, 'unhandledRejection']);
    uncaught.uncaughtException = () => {};
  },
  unhandledRejection() {
    forward('unhandledrejection', 'unhandledRejection', (event) => [event.reason, event.promise]);
    uncaught.unhandledRejection = () => {};
  },
};

/** @param {string} type of the event at the global object @param {string} name @param {(event: any) => unknown[]} args */
function forward(type, name, args) {
  globalThis.addEventListener(type, (event) => {
    if (!event.defaultPrevented && process.emit(name, ...args(event))) event.preventDefault();
  });
}

export const process = Object.assign(Object.create(inherited), members);
Object.defineProperty(process, Symbol.toStringTag, { value: 'process', configurable: true });

const streams = { stdout: () => output(1, 1), stderr: () => output(2, 4), stdin: () => input };
for (const name of Object.keys(streams)) {
  Object.defineProperty(process, name, {
    get() {
      const value = streams[name]();
      Object.defineProperty(process, name, { value, writable: true, enumerable: true, configurable: true });
      return value;
    },
    enumerable: true,
    configurable: true,
  });
}
