/**
 * Loads the library of Node in `vendor/node`, whose files are CommonJS: each is a function of what Node itself gives it.
 * What a file there asks for and is not there is ours: see `replaced.js`.
 */
import { loadModule } from 'native';
import { internalBinding } from './bindings.js';
import { primordials } from './primordials.js';
import { process } from './process.js';
import { connect, replaced } from './replaced.js';

/** @type {Map<string, { exports: any }>} */
const loaded = new Map();

/** @param {string} id as Node calls it, such as `internal/errors` @returns {any} its exports */
export function requireBuiltin(id) {
  const known = loaded.get(id);
  if (known !== undefined) return known.exports;
  const module = { id, exports: {} };
  loaded.set(id, module);
  if (Object.hasOwn(replaced, id)) {
    module.exports = replaced[id](requireBuiltin);
    return module.exports;
  }
  // Under its own name there is what stands for it: see `errors.js`.
  const path = id === 'internal/errors/loaded' ? 'internal/errors' : id;
  const body = loadModule(`vendor/node/${path}.js`).default;
  body(module.exports, requireBuiltin, module, process, internalBinding, primordials);
  return module.exports;
}

connect(requireBuiltin);
