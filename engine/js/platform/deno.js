/**
 * The part of `Deno` that a function can have: `serve`, `env`, facts about the build, and `exit`. The members that need
 * a file system, processes or sockets are there, throw, and name themselves.
 */
import { fail, log, memorySize, utf8Decode } from 'native';
import { inspection } from '../internal/lazy.js';
import { serveWith, servedHandler } from './served.js';
import { setVariable, variable, variables } from './variables.js';

// ---- serve ------------------------------------------------------------------------------------------------------

/** `serve(handler)`, `serve(options, handler)`, `serve(handler, options)`, `serve({ handler, … })`. */
function serve(first, second = undefined) {
  const options = (typeof first === 'function' ? second : first) ?? {};
  const handler = [first, second, options.handler].find((candidate) => typeof candidate === 'function');
  if (handler === undefined) throw new TypeError('Deno.serve: no handler was given');
  const { onError, onListen, signal } = options;
  const recorded = typeof onError === 'function' ? catching(handler, onError) : handler;
  serveWith(recorded);
  const addr = { transport: 'tcp', hostname: options.hostname ?? '0.0.0.0', port: options.port || 8000 };
  let finish;
  const finished = new Promise((resolve) => {
    finish = resolve;
  });
  const server = {
    addr,
    finished,
    ref() {},
    unref() {},
    async shutdown() {
      if (servedHandler() === recorded) serveWith(undefined);
      finish();
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
    },
  };
  if (signal?.aborted) server.shutdown();
  else signal?.addEventListener('abort', () => server.shutdown(), { once: true });
  if (typeof onListen === 'function') onListen(addr);
  return server;
}

function catching(handler, onError) {
  return async (request, info) => {
    try {
      return await handler(request, info);
    } catch (error) {
      return onError(error);
    }
  };
}

// ---- env --------------------------------------------------------------------------------------------------------

function variableName(name, what) {
  const text = `${name}`;
  if (text === '' || /[=\0]/.test(text)) throw new TypeError(`Deno.env.${what}: ${JSON.stringify(text)} cannot be the name of a variable`);
  return text;
}

const env = {
  get(name) {
    const key = variableName(name, 'get');
    return variable(key);
  },
  has(name) {
    const key = variableName(name, 'has');
    return variable(key) !== undefined;
  },
  set(name, value) {
    const key = variableName(name, 'set');
    const text = `${value}`;
    if (text.includes('\0')) throw new TypeError('Deno.env.set: the value contains a NUL character');
    setVariable(key, text);
  },
  delete(name) {
    setVariable(variableName(name, 'delete'), undefined);
  },
  toObject() {
    const object = {};
    for (const [name, value] of variables()) {
      Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
    }
    return object;
  },
};

// ---- the rest ---------------------------------------------------------------------------------------------------

const errors = {};
for (const name of [
  'AddrInUse', 'AddrNotAvailable', 'AlreadyExists', 'BadResource', 'BrokenPipe', 'Busy', 'ConnectionAborted',
  'ConnectionRefused', 'ConnectionReset', 'FilesystemLoop', 'Http', 'Interrupted', 'InvalidData', 'IsADirectory',
  'NetworkUnreachable', 'NotADirectory', 'NotCapable', 'NotConnected', 'NotFound', 'NotSupported', 'PermissionDenied',
  'TimedOut', 'UnexpectedEof', 'WouldBlock', 'WriteZero',
]) {
  errors[name] = {
    [name]: class extends Error {
      constructor(message, options = undefined) {
        super(message, options);
        this.name = name;
      }
    },
  }[name];
}

/** Ends the call at once; what is thrown only keeps the code after it from running. */
function exit(code = 0) {
  const text = `Deno.exit(${String(code)}) was called`;
  fail('exit', text, undefined);
  throw new Error(text);
}

/**
 * Why members are missing: [reason, members that return promises, members that do not].
 * @type {[string, string[], string[]][]}
 */
const MISSING = [
  [
    'a function has no file system',
    ['chmod', 'chown', 'copyFile', 'create', 'link', 'lstat', 'makeTempDir', 'makeTempFile', 'mkdir', 'open', 'readDir', 'readFile',
      'readLink', 'readTextFile', 'realPath', 'remove', 'rename', 'stat', 'symlink', 'truncate', 'utime', 'writeFile', 'writeTextFile'],
    ['chdir', 'cwd', 'execPath', 'umask', 'watchFs'],
  ],
  ['a function cannot start or see processes', [], ['kill', 'run', 'Command']],
  [
    'a function has no sockets; use fetch',
    ['connect', 'connectTls', 'startTls', 'resolveDns'],
    ['listen', 'listenDatagram', 'listenTls', 'serveHttp', 'upgradeWebSocket'],
  ],
  [
    'a function sees nothing of the machine',
    [],
    ['gid', 'hostname', 'loadavg', 'networkInterfaces', 'osRelease', 'osUptime', 'systemMemoryInfo', 'uid'],
  ],
  ['there is no such store; use ctx.db', ['openKv'], []],
  ['a function runs when it is called; give it a schedule', [], ['cron']],
  ['tests run outside of functions', [], ['bench', 'test']],
  ['fetch has no clients of its own', [], ['createHttpClient']],
  ['a function has no terminal', [], ['consoleSize', 'isatty']],
  ['a function cannot load native code', [], ['dlopen']],
];

function notSupported(name, reason) {
  return new errors.NotSupported(`Deno.${name} is not available in Ramekin: ${reason}`);
}

/** What stands for a stream of a process: each write is an entry of the log. @param {1 | 4} level */
function output(level) {
  const writeSync = (bytes) => {
    log(level, utf8Decode(bytes, false, true).replace(/\n$/, ''));
    return bytes.length;
  };
  return { writeSync, write: async (bytes) => writeSync(bytes), isTerminal: () => false, close() {} };
}

const Deno = {
  serve,
  env,
  errors,
  exit,
  version: { deno: '2.1.4', v8: '13.0.245.12-rusty', typescript: '5.6.2' },
  build: { target: 'wasm32-unknown-unknown', arch: 'wasm32', os: 'linux', vendor: 'unknown', env: undefined, standalone: false },
  args: [],
  noColor: true,
  pid: 1,
  mainModule: 'file:///function.js',
  exitCode: 0,
  stdout: output(1),
  stderr: output(4),
  memoryUsage() {
    const bytes = memorySize();
    return { rss: bytes, heapTotal: bytes, heapUsed: bytes, external: 0 };
  },
  inspect(value, options = undefined) {
    return inspection().inspect(value, options);
  },
  // Signals never arrive, so waiting for one is no mistake; and no timer keeps anything alive.
  addSignalListener() {},
  removeSignalListener() {},
  refTimer() {},
  unrefTimer() {},
  permissions: {
    async query(descriptor) {
      const granted = descriptor?.name === 'env' || descriptor?.name === 'net';
      return { state: granted ? 'granted' : 'denied', onchange: null, partial: false };
    },
    async request(descriptor) {
      return this.query(descriptor);
    },
  },
};

for (const [reason, asynchronous, synchronous] of MISSING) {
  for (const name of asynchronous) {
    Deno[name] = async () => {
      throw notSupported(name, reason);
    };
  }
  // The operations of a file system exist in a second form.
  const twins = reason.includes('file system') ? asynchronous.map((name) => `${name}Sync`) : [];
  for (const name of [...synchronous, ...twins]) {
    // A function, not an arrow: `new Deno.Command()` is to get the same message.
    Deno[name] = function () {
      throw notSupported(name, reason);
    };
  }
}

export { Deno };
