/**
 * The function that runs one file of Node's own suite per call, as the script that it is, and answers with '' or with why the
 * file fails. `node-common.js` is put before it.
 */
import { createRequire } from 'node:module';
import timers from 'node:timers';
// What nearly every file asks for is in the image.
import 'node:assert';
import 'node:buffer';
import 'node:events';
import 'node:stream';
import 'node:util';

/** Between two looks at what is still to come. */
const LOOK = 5;
/** After so many looks at which nothing is to come, nothing more does. */
const QUIET = 4;
/** The same while calls are missing: the host may still be at work. */
const PATIENT = 500;

/** The names under which a script finds timers that are objects, as Node's are. */
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'];

export async function handler(request) {
  const { name, sources, fixtures: files, patience } = await request.json();
  const { addEventListener, Response } = globalThis;
  const { process } = globalThis;
  const { getActiveResourcesInfo } = process;
  const { setTimeout } = timers;
  const record = newRecord();
  const tests = testsOf(record);
  const builtin = createRequire('/');
  const { fixtures, fs } = fixturesOf(files, builtin);
  const common = commonOf(record, builtin);

  // One realm stands for another.
  const vm = { ...builtin('vm'), runInThisContext: (code) => (0, eval)(code), runInNewContext: (code) => (0, eval)(code) };
  const own = { fs, vm, 'node:fs': fs, 'node:vm': vm, 'node:test': tests.module, '/test/common/index': common, '/test/common/fixtures': fixtures };
  const modules = new Map();
  const { resolve: resolvePath, dirname } = builtin('path');
  const fixture = (path) => (fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : undefined);
  const requireFrom = (folder) => {
    const require = (id) => {
      if (Object.hasOwn(own, id)) return own[id];
      if (!/^\.{0,2}\//.test(id)) return builtin(id);
      const path = resolvePath(folder, id).replace(/\.js$/, '');
      if (path === '/test/common') return common;
      return Object.hasOwn(own, path) ? own[path] : evaluate(path);
    };
    return Object.assign(require, { main: undefined, resolve: (id) => id, cache: {} });
  };
  const evaluate = (path) => {
    if (modules.has(path)) return modules.get(path).exports;
    const source = sources[`${path}.js`] ?? fixture(`${path}.js`);
    if (source === undefined) {
      const data = fixture(path);
      if (data === undefined) throw Object.assign(new Error(`Cannot find module '${path}'`), { code: 'MODULE_NOT_FOUND' });
      return JSON.parse(data);
    }
    const module = { id: path, filename: `${path}.js`, exports: {}, children: [], loaded: false, paths: [] };
    modules.set(path, module);
    // The file may have declarations of the same names as the timers.
    const body = `(function (${TIMERS.join(', ')}) { return function (exports, require, module, __filename, __dirname) {${source}\n} })`;
    (0, eval)(body)(...TIMERS.map((timer) => timers[timer]))
      .call(module.exports, module.exports, requireFrom(dirname(path)), module, `${path}.js`, dirname(path));
    return module.exports;
  };

  const ended = new Promise((resolve) => {
    const fail = (error) => {
      if (error instanceof Skipped) resolve('');
      else record.failures.push(error);
    };
    // Whoever listens has dealt with it: `process` tells its listeners.
    addEventListener('error', (event) => {
      if (process.listenerCount('uncaughtException') > 0) return;
      event.preventDefault();
      fail(event.error);
    });
    addEventListener('unhandledrejection', (event) => {
      if (process.listenerCount('unhandledRejection') + process.listenerCount('uncaughtException') > 0) return;
      event.preventDefault();
      fail(event.reason);
    });
    process.exit = (code = process.exitCode ?? 0) => {
      process.exitCode = code;
      finish();
      throw new Skipped('the file has ended the process');
    };
    let over = false;
    const missing = () => {
      const atExit = new Set(process.listeners('exit'));
      return record.calls.filter((call) => !call.isEnough(call.actual, call.expected) && !atExit.has(call.wrapper));
    };
    const finish = () => {
      if (over) return;
      over = true;
      const code = Number(process.exitCode ?? 0);
      process._exiting = true;
      try {
        process.emit('exit', code);
      } catch (error) {
        fail(error);
      }
      for (const call of record.calls) {
        if (code !== 0 || call.isEnough(call.actual, call.expected)) continue;
        record.failures.push(new Error(`${call.name} was called ${call.actual} times, not ${call.expected}`));
      }
      if (code !== 0) record.failures.push(new Error(`the process ends with code ${code}`));
      resolve(record.failures.length > 0 ? describe(record.failures[0]) : '');
    };
    const until = performance.now() + patience;
    let quiet = 0;
    let testsAreOver = false;
    const look = () => {
      if (record.failures.length > 0) return resolve(describe(record.failures[0]));
      if (performance.now() > until) return resolve('timed out');
      quiet = testsAreOver && Reflect.apply(getActiveResourcesInfo, process, []).length === 0 ? quiet + 1 : 0;
      if (quiet >= (missing().length > 0 ? PATIENT : QUIET)) {
        try {
          process.emit('beforeExit', 0);
        } catch (error) {
          fail(error);
        }
        if (Reflect.apply(getActiveResourcesInfo, process, []).length === 0) return finish();
        quiet = 0;
      }
      setTimeout(look, LOOK).unref();
    };
    process.argv = ['/usr/bin/node', `/test/parallel/${name}`];
    try {
      evaluate(`/test/parallel/${name.replace(/\.js$/, '')}`);
    } catch (error) {
      if (error instanceof Skipped || process.listenerCount('uncaughtException') === 0) fail(error);
      else process.emit('uncaughtException', error, 'uncaughtException');
      if (error instanceof Skipped) return;
    }
    tests.runAll().then(() => {
      testsAreOver = true;
    });
    look();
  });
  return new Response(await ended);
}
