/**
 * What the files of Node's own suite take for granted: `../common`, `../common/fixtures` and `node:test`, each made for one
 * file. `node.js` is put after it.
 */

/** What a file that has nothing to test here says; it counts as passed. */
class Skipped extends Error {}

/** The first of this and the lines that follow, for a name that nobody has to read to the end. */
const shown = (text, most = 700) => (text.length > most ? `${text.slice(0, most)}…` : text);

/** How often functions have to be called, and what has gone wrong. */
function newRecord() {
  return { calls: [], failures: [] };
}

/** @param {{ calls: any[], failures: any[] }} record @param {(id: string) => any} require */
function commonOf(record, require) {
  const assert = require('assert');
  const { inspect } = require('util');
  const noop = () => {};

  const counted = (callback, expected, isEnough) => {
    if (typeof callback === 'number') [callback, expected] = [noop, callback];
    callback ??= noop;
    const call = { name: callback.name || '<anonymous>', expected, actual: 0, isEnough, wrapper: undefined };
    const wrapper = function (...args) {
      call.actual++;
      return Reflect.apply(callback, this, args);
    };
    for (const name of ['name', 'length']) Object.defineProperty(wrapper, name, { value: callback[name], configurable: true });
    call.wrapper = wrapper;
    record.calls.push(call);
    return wrapper;
  };
  const mustCall = (callback, exact = 1) => counted(callback, exact, (actual, expected) => actual === expected);
  const mustCallAtLeast = (callback, least = 1) => counted(callback, least, (actual, expected) => actual >= expected);
  const mustSucceed = (callback, exact) => mustCall(function (error, ...args) {
    assert.ifError(error);
    if (typeof callback === 'function') return Reflect.apply(callback, this, args);
  }, exact);
  const mustNotCall = (message = 'function should not have been called') => function mustNotCall(...args) {
    assert.fail(args.length > 0 ? `${message}\ncalled with arguments: ${args.map((arg) => inspect(arg)).join(', ')}` : message);
  };

  const watched = new WeakMap();
  const mustNotMutateObjectDeep = (original) => {
    if (original === null || typeof original !== 'object') return original;
    const refuse = (what) => () => assert.fail(`Expected no side effects, got ${what}`);
    if (!watched.has(original)) {
      watched.set(original, new Proxy(original, {
        defineProperty: refuse('a property defined'),
        deleteProperty: refuse('a property deleted'),
        get: (target, name, receiver) => mustNotMutateObjectDeep(Reflect.get(target, name, receiver)),
        preventExtensions: refuse('extensions prevented'),
        set: refuse('a property set'),
        setPrototypeOf: refuse('a prototype set'),
      }));
    }
    return watched.get(original);
  };

  const skip = (why) => {
    throw new Skipped(why);
  };

  const expectsError = (validator, exact) => mustCall((...args) => {
    assert.strictEqual(args.length, 1);
    const [error] = args;
    assert.strictEqual(Object.prototype.propertyIsEnumerable.call(error, 'message'), false);
    assert.throws(() => {
      throw error;
    }, validator);
    return true;
  }, exact);

  /** Warnings by name, each in the order in which they must come. */
  let warnings;
  const expectWarning = (names, expected, code) => {
    if (warnings === undefined) {
      warnings = { __proto__: null };
      process.on('warning', (warning) => {
        if (warnings[warning.name] === undefined) throw new TypeError(`unexpected warning: ${inspect(warning)}`);
        warnings[warning.name](warning);
      });
    }
    const expect = (name, wanted, mark) => {
      let list = wanted;
      if (typeof wanted === 'string') list = [[wanted, mark]];
      else if (!Array.isArray(wanted)) list = Object.entries(wanted).map(([key, text]) => [text, key]);
      else if (wanted.length > 0 && !Array.isArray(wanted[0])) list = [wanted];
      const left = [...list];
      warnings[name] = mustCall((warning) => {
        const [message, itsCode] = left.shift() ?? assert.fail(`one warning too many: ${warning}`);
        assert.strictEqual(warning.name, name);
        if (typeof message === 'string') assert.strictEqual(warning.message, message);
        else assert.match(warning.message, message);
        assert.strictEqual(warning.code, itsCode);
      }, list.length);
    };
    if (typeof names === 'string') expect(names, expected, code);
    else for (const name of Object.keys(names)) expect(name, names[name]);
  };

  const VIEWS = [
    Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array,
    BigInt64Array, BigUint64Array, DataView,
  ];
  const getArrayBufferViews = ({ buffer, byteOffset, byteLength }) => VIEWS
    .filter(({ BYTES_PER_ELEMENT = 1 }) => byteLength % BYTES_PER_ELEMENT === 0)
    .map((View) => new View(buffer, byteOffset, byteLength / (View.BYTES_PER_ELEMENT ?? 1)));

  /** The end of Node's messages about arguments of a wrong type. */
  const invalidArgTypeHelper = (input) => {
    if (input === undefined || input === null) return ` Received ${input}`;
    if (typeof input === 'function') return ` Received function ${input.name}`;
    if (typeof input === 'object') {
      return ` Received ${input.constructor?.name ? `an instance of ${input.constructor.name}` : inspect(input, { depth: -1 })}`;
    }
    const text = inspect(input, { colors: false });
    return ` Received type ${typeof input} (${text.length > 28 ? `${text.slice(0, 25)}...` : text})`;
  };

  return {
    allowGlobals: noop,
    enoughTestMem: false,
    expectsError,
    expectWarning,
    getArrayBufferViews,
    getBufferSources: (buffer) => [...getArrayBufferViews(buffer), new Uint8Array(buffer).buffer],
    getTTYfd: () => -1,
    hasCrypto: true,
    hasFipsCrypto: false,
    hasInspector: false,
    hasIntl: true,
    hasQuic: false,
    hasSQLite: false,
    invalidArgTypeHelper,
    isAIX: false,
    isASan: false,
    isDebug: false,
    isFreeBSD: false,
    isIBMi: false,
    isLinux: true,
    isMacOS: false,
    isMainThread: true,
    isOpenBSD: false,
    isSunOS: false,
    isWindows: false,
    mustCall,
    mustCallAtLeast,
    mustNotCall,
    mustNotMutateObjectDeep,
    mustSucceed,
    platformTimeout: (milliseconds) => milliseconds,
    printSkipMessage: noop,
    skip,
    skipIf32Bits: noop,
    skipIfInspectorDisabled: () => skip('there is no inspector'),
    skipIfSQLiteMissing: () => skip('there is no SQLite'),
  };
}

/** Files of the suite that a file reads. @param {Record<string, string>} files in base64, by path below `fixtures/` */
function fixturesOf(files, require) {
  const ROOT = '/test/fixtures';
  const path = (...parts) => require('path').join(ROOT, ...parts);
  const read = (at, options) => {
    const name = `${at}`.replace(/^file:\/\//, '');
    const content = files[name.slice(ROOT.length + 1)];
    if (content === undefined) {
      throw Object.assign(new Error(`ENOENT: no such file or directory, open '${name}'`), { code: 'ENOENT', errno: -2, syscall: 'open' });
    }
    const bytes = Buffer.from(content, 'base64');
    const encoding = typeof options === 'string' ? options : options?.encoding;
    return encoding ? bytes.toString(encoding) : bytes;
  };
  const fixtures = {
    fixturesDir: ROOT,
    path,
    fileURL: (...parts) => require('url').pathToFileURL(path(...parts)),
    readSync: (parts, encoding) => read(path(...[parts].flat()), encoding),
    readKey: (name, encoding) => read(path('keys', name), encoding),
    readKeys: (encoding, ...names) => names.map((name) => fixtures.readKey(name, encoding)),
    utf8TestText: '永和九年，嵗在癸丑，暮春之初，會於會稽山隂之蘭亭，脩稧事也。',
  };
  // Reading them is all that there is of a file system.
  const fs = Object.create(require('fs'), Object.getOwnPropertyDescriptors({
    readFileSync: read,
    existsSync: (at) => files[`${at}`.slice(ROOT.length + 1)] !== undefined,
    createReadStream: (at, options) => {
      const { Readable } = require('stream');
      const bytes = read(at);
      const size = options?.highWaterMark ?? 65_536;
      let from = 0;
      return new Readable({
        ...(typeof options === 'object' ? options : { encoding: options }),
        read() {
          this.push(from < bytes.length ? bytes.subarray(from, from += size) : null);
        },
      });
    },
  }));
  return { fixtures, fs };
}

/** As much of `node:test` as the files use: tests run one after the other, once the file has been evaluated. */
function testsOf(record) {
  const queue = [];
  let hooks = { before: [], after: [], beforeEach: [], afterEach: [] };
  const skips = (options) => options.skip === true || typeof options.skip === 'string' || Boolean(options.todo);

  const parts = (args) => {
    const name = typeof args[0] === 'string' ? args[0] : '<anonymous>';
    const options = args.find((arg) => typeof arg === 'object' && arg !== null) ?? {};
    return [name, options, args.find((arg) => typeof arg === 'function') ?? (() => {})];
  };
  const context = (name) => ({
    name,
    signal: new AbortController().signal,
    assert: globalThis.process.getBuiltinModule('assert'),
    diagnostic() {},
    plan() {},
    skip() {},
    after: (hook) => hooks.after.push(hook),
    test: (...args) => run(...parts(args)),
  });
  const run = async (name, options, callback) => {
    if (skips(options)) return;
    try {
      for (const hook of hooks.beforeEach) await hook();
      await (callback.length > 1
        ? new Promise((resolve, reject) => callback(context(name), (error) => (error ? reject(error) : resolve(undefined))))
        : callback(context(name)));
      for (const hook of hooks.afterEach) await hook();
    } catch (error) {
      record.failures.push(new Error(`${name}: ${describe(error)}`));
    }
  };
  const test = (...args) => new Promise((resolve) => {
    queue.push(() => run(...parts(args)).then(resolve));
  });
  const suite = (...args) => {
    const [, options, callback] = parts(args);
    if (skips(options)) return;
    // A suite has hooks of its own.
    const outer = hooks;
    const own = { before: [], after: [], beforeEach: [...outer.beforeEach], afterEach: [...outer.afterEach] };
    queue.push(async () => {
      hooks = own;
      for (const hook of own.before) await hook();
    });
    hooks = own;
    callback({});
    hooks = outer;
    queue.push(async () => {
      for (const hook of own.after) await hook();
      hooks = outer;
    });
  };
  Object.assign(test, { only: test, skip: () => Promise.resolve(), todo: () => Promise.resolve() });
  Object.assign(suite, { only: suite, skip() {}, todo() {} });
  const node = { test, it: test, describe: suite, suite };
  for (const kind of Object.keys(hooks)) node[kind] = (hook) => hooks[kind].push(hook);
  const module = Object.assign(test, node);
  return {
    module,
    async runAll() {
      for (let at = 0; at < queue.length; at++) await queue[at]();
    },
  };
}

/** @param {unknown} error */
function describe(error) {
  try {
    if (typeof error !== 'object' || error === null) return `threw ${String(error)}`;
    const place = typeof error.stack === 'string' ? error.stack.split('\n').filter((line) => line.includes('/test/parallel/'))[0] : undefined;
    return shown(`${error.name}: ${error.message}`) + (place === undefined ? '' : ` (${place.trim()})`);
  } catch {
    return 'threw a value that cannot be shown';
  }
}
