/**
 * As much of `ava`, `qunit` and `timekeeper` as the suite of the package jose uses, and the handler that runs what a file of it
 * has defined, one test after the other. `FLAVOUR` is put before it.
 */
import assert from 'node:assert';

// How the suite's files find out what they run in.
process.argv = ['/usr/bin/node', 'suite', FLAVOUR];
if (FLAVOUR !== '#dist') process.env.WEBAPI = 'true';

const tests = [];
const hooks = { before: [], after: [], beforeEach: [], afterEach: [] };

function add(args, expectFailure = false) {
  const title = typeof args[0] === 'string' ? args.shift() : undefined;
  const [body, ...rest] = args;
  const run = typeof body === 'function' ? body : body.exec;
  tests.push({ name: body.title?.(title, ...rest) ?? title ?? run.name, run: (t) => run(t, ...rest), expectFailure });
}

const test = Object.assign((...args) => add(args), {
  serial: (...args) => add(args),
  failing: (...args) => add(args, true),
  skip() {},
  todo() {},
  macro: (macro) => macro,
});
for (const kind of Object.keys(hooks)) test[kind] = (...args) => hooks[kind].push(args.find((arg) => typeof arg === 'function'));
export { test };

/** @param {any} error @param {any} wanted */
function checkError(error, wanted = {}) {
  if (!(error instanceof Error)) throw new Error(`what was thrown is no error: ${String(error)}`);
  if (wanted.instanceOf !== undefined) assert.ok(error instanceof wanted.instanceOf, `${error.name} is no ${wanted.instanceOf.name}`);
  for (const name of ['name', 'code', 'is']) if (wanted[name] !== undefined) assert.strictEqual(error[name], wanted[name]);
  if (typeof wanted.message === 'string') assert.strictEqual(error.message, wanted.message);
  else if (wanted.message instanceof RegExp) assert.match(error.message, wanted.message);
  return error;
}

/** What a test of `ava` is given. */
function execution(context) {
  const caught = async (work) => {
    try {
      await (typeof work === 'function' ? work() : work);
    } catch (error) {
      return [error];
    }
    return [];
  };
  return {
    context,
    timeout() {},
    plan() {},
    log() {},
    teardown() {},
    pass() {},
    fail: (message = 'failed') => assert.fail(message),
    assert: (value) => assert.ok(value),
    truthy: (value) => assert.ok(value),
    falsy: (value) => assert.ok(!value),
    true: (value) => assert.strictEqual(value, true),
    false: (value) => assert.strictEqual(value, false),
    is: (actual, expected) => assert.strictEqual(actual, expected),
    not: (actual, expected) => assert.notStrictEqual(actual, expected),
    deepEqual: (actual, expected) => assert.deepStrictEqual(actual, expected),
    regex: (text, expression) => assert.match(text, expression),
    throws(work, wanted) {
      try {
        work();
      } catch (error) {
        return checkError(error, wanted);
      }
      return assert.fail('nothing was thrown');
    },
    async throwsAsync(work, wanted) {
      const [error] = await caught(work);
      if (error === undefined) assert.fail('nothing was thrown');
      return checkError(error, wanted);
    },
    notThrows: (work) => work(),
    async notThrowsAsync(work) {
      const [error] = await caught(work);
      if (error !== undefined) throw error;
    },
  };
}

let module = '';
/** What the files in `tap/` are given. */
export const QUnit = {
  module(name) {
    module = name;
  },
  test: Object.assign((name, run) => {
    tests.push({ name: `${module}: ${name}`, run: () => run(assertions), expectFailure: false });
  }, { skip() {}, todo() {} }),
};

const assertions = {
  expect() {},
  ok: (value, message) => assert.ok(value, message),
  true: (value) => assert.strictEqual(value, true),
  false: (value) => assert.strictEqual(value, false),
  // eslint-disable-next-line eqeqeq
  equal: (actual, expected) => assert.ok(actual == expected, `${String(actual)} is not ${String(expected)}`),
  strictEqual: (actual, expected) => assert.strictEqual(actual, expected),
  deepEqual: (actual, expected) => assert.deepEqual(actual, expected),
  propContains(actual, expected) {
    for (const [name, value] of Object.entries(expected)) {
      if (typeof value === 'object' && value !== null) assertions.propContains(actual[name], value);
      else assert.strictEqual(actual[name], value);
    }
  },
  async rejects(work, wanted) {
    let error;
    try {
      await (typeof work === 'function' ? work() : work);
    } catch (thrown) {
      error = thrown;
    }
    if (error === undefined) assert.fail('nothing was thrown');
    if (wanted instanceof RegExp) assert.match(`${error}`, wanted);
    else if (typeof wanted === 'string') assert.ok(`${error}`.includes(wanted));
  },
};

const RealDate = Date;
/** Moves the clock. */
function setClock(now) {
  globalThis.Date = class extends RealDate {
    constructor(...args) {
      super(...(args.length === 0 ? [now()] : args));
    }
    static now() {
      return now();
    }
  };
}
export const timekeeper = {
  freeze(at) {
    const time = Number(new RealDate(at));
    setClock(() => time);
  },
  travel(at) {
    const ahead = Number(new RealDate(at)) - RealDate.now();
    setClock(() => RealDate.now() + ahead);
  },
  reset() {
    globalThis.Date = RealDate;
  },
};

export async function handler() {
  const { addEventListener, Response } = globalThis;
  for (const type of ['error', 'unhandledrejection']) addEventListener(type, (event) => event.preventDefault());
  const results = [];
  const context = {};
  const attempt = async (name, run, expectFailure = false) => {
    let failure = '';
    try {
      await run();
    } catch (error) {
      failure = `${error?.name}: ${error?.message}` || 'failed';
    }
    if (expectFailure) failure = failure === '' ? 'passes although the suite says that it fails' : '';
    results.push([name, failure === '' ? 0 : 1, failure.slice(0, 500)]);
  };
  for (const hook of hooks.before) {
    const before = results.length;
    await attempt('(before)', () => hook(execution(context)));
    if (results[before][1] === 0) results.length = before;
  }
  for (const { name, run, expectFailure } of tests) {
    const t = execution(Object.assign(Object.create(null), context));
    await attempt(name, async () => {
      for (const hook of hooks.beforeEach) await hook(t);
      await run(t);
      for (const hook of hooks.afterEach) await hook(t);
    }, expectFailure);
  }
  for (const hook of hooks.after) await hook(execution(context));
  return Response.json({ status: 0, message: '', tests: results });
}
