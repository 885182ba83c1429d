/** node:module: what there is of modules, which are the built-in ones. */
import { NAMES, builtinModule, isBuiltin } from '../internal/node/builtins.js';
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('module', 'modules are resolved at deploy');

export { isBuiltin };
export const builtinModules = [...NAMES];

function notFound(id) {
  const error = new Error(`Cannot find module '${id}': modules are resolved at deploy, and only built-in ones can be required`);
  return Object.assign(error, { code: 'MODULE_NOT_FOUND', requireStack: [] });
}

/** A `require` that finds built-in modules. */
export function createRequire() {
  const require = (id) => {
    const found = builtinModule(id);
    if (found === undefined) throw notFound(id);
    return found;
  };
  require.resolve = (id) => {
    if (!isBuiltin(id)) throw notFound(id);
    return id;
  };
  require.resolve.paths = () => null;
  require.cache = { __proto__: null };
  require.extensions = { __proto__: null };
  require.main = undefined;
  return require;
}

export const Module = fails('Module');
export const SourceMap = fails('SourceMap');
export const register = fails('register');
export const registerHooks = fails('registerHooks');
export const runMain = fails('runMain');
export const stripTypeScriptTypes = fails('stripTypeScriptTypes');
export function syncBuiltinESMExports() {}
export function findSourceMap() {}
export function findPackageJSON() {}
export function enableCompileCache() {
  return { status: 3 };
}
export function getCompileCacheDir() {}
export function flushCompileCache() {}
export const constants = { compileCacheStatus: { __proto__: null, FAILED: 0, ENABLED: 1, ALREADY_ENABLED: 2, DISABLED: 3 } };

export default Object.assign(Module, {
  Module, SourceMap, builtinModules, constants, createRequire, enableCompileCache, findPackageJSON, findSourceMap, flushCompileCache,
  getCompileCacheDir, isBuiltin, register, registerHooks, runMain, stripTypeScriptTypes, syncBuiltinESMExports,
});
