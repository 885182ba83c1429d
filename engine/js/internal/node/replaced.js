/**
 * What the library of Node in `vendor/node` asks for and has here from the engine instead: its inspector, URLs, streams, blobs,
 * events, timers. By the name that Node has for it.
 */
import { loadModule } from 'native';
import { streams } from '../lazy.js';
import { queueMicrotask } from '../../web/timers.js';
import { requireWith, toASCII } from './bindings.js';
import { errorsModule } from './errors.js';
import { inspectModule } from './inspect.js';

/** A value that is no part of the engine: nothing here asks for it in earnest. */
const nothing = () => ({});

const own = (path) => () => {
  const namespace = loadModule(`node/${path}.js`);
  return namespace.default ?? namespace;
};

/** @type {Record<string, (require: (id: string) => any) => any>} */
export const replaced = {
  __proto__: null,
  'async_hooks': own('async_hooks'),
  'os': own('os'),
  'timers': own('timers'),
  'vm': own('vm'),
  'internal/abort_controller': (require) => ({
    AbortController: globalThis.AbortController,
    AbortSignal: globalThis.AbortSignal,
    aborted: (signal, resource) => aborted(require, signal, resource),
    transferableAbortController: () => new AbortController(),
    transferableAbortSignal: (signal) => signal,
  }),
  'internal/blob': () => ({
    Blob: globalThis.Blob,
    isBlob: (value) => value instanceof globalThis.Blob,
    resolveObjectURL: (id) => loadModule('web/blob-url.js').resolveObjectUrl(`${id}`),
  }),
  'internal/console/global': () => globalThis.console,
  'internal/crypto/keys': () => ({
    isKeyObject: (value) => value?.constructor?.name === 'KeyObject',
    isCryptoKey: (value) => globalThis.CryptoKey !== undefined && value instanceof globalThis.CryptoKey,
  }),
  'internal/crypto/util': () => ({ kKeyObject: Symbol('kKeyObject') }),
  'internal/deps/minimatch/index': () => {
    throw new Error('path.matchesGlob is not available in Ramekin: a function has no file system');
  },
  'internal/encoding': () => ({ TextDecoder: globalThis.TextDecoder, TextEncoder: globalThis.TextEncoder }),
  'internal/errors': (require) => errorsModule(() => require('internal/errors/loaded')),
  'internal/errors/error_source': () => ({ getErrorSourceExpression() {} }),
  'internal/event_target': () => ({
    EventTarget: globalThis.EventTarget,
    Event: globalThis.Event,
    isEventTarget: (value) => value instanceof globalThis.EventTarget,
    listenersOf: (target, type) => loadModule('web/event-target.js').listenersOf(target, type),
    kResistStopPropagation: Symbol('kResistStopPropagation'),
    kWeakHandler: Symbol('kWeak'),
  }),
  'internal/file': () => ({ File: globalThis.File }),
  'internal/options': () => ({ getOptionValue() {}, getEmbedderOptions: nothing }),
  'internal/process/execution': nothing,
  'internal/process/task_queues': () => ({ queueMicrotask }),
  'internal/process/warning': (require) => ({ emitWarningSync: (...args) => require('process').emitWarning(...args) }),
  'internal/source_map/source_map_cache': nothing,
  'internal/tty': nothing,
  'internal/url': (require) => ({ ...loadModule('internal/node/url-parts.js').urlParts(require), toASCII }),
  'internal/util/colors': () => ({
    blue: '', green: '', white: '', yellow: '', red: '', gray: '', clear: '', reset: '', undefined: '', hasColors: false,
    shouldColorize: () => false,
    refresh() {},
  }),
  'internal/util/debuglog': (require) => ({ debuglog: debuglog(require), debugWithTimer: debuglog(require), initializeDebugEnv() {} }),
  'internal/util/inspect': (require) => inspectModule(require),
  'internal/uv': () => loadModule('internal/node/uv.js').uv(),
  'internal/v8/startup_snapshot': () => ({
    addAfterUserSerializeDeserializer() {},
    isBuildingSnapshot: () => false,
    namespace: { isBuildingSnapshot: () => false, addDeserializeCallback() {} },
  }),
  'internal/webstreams/queuingstrategies': () => streams(),
  'internal/webstreams/readablestream': () => ({
    ...streams(),
    isReadableStream: (value) => value instanceof streams().ReadableStream,
  }),
  'internal/webstreams/writablestream': () => ({
    ...streams(),
    isWritableStream: (value) => value instanceof streams().WritableStream,
  }),
  'process': own('process'),
};

/** Resolves when the signal is aborted. */
async function aborted(require, signal, resource) {
  if (signal === undefined) throw new (require('internal/errors').codes.ERR_INVALID_ARG_TYPE)('signal', 'AbortSignal', signal);
  const validators = require('internal/validators');
  validators.validateAbortSignal(signal, 'signal');
  validators.validateObject(resource, 'resource', validators.kValidateObjectAllowObjectsAndNull ?? 0);
  if (signal.aborted) return undefined;
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/**
 * `util.debuglog`: writes when NODE_DEBUG names the section. The variable is read when something is to be written, not before:
 * what reads it is in the image for good.
 */
function debuglog(require) {
  return (section, callback = undefined) => {
    let enabled;
    const name = `${section}`.toUpperCase();
    const test = () => {
      if (enabled === undefined) {
        const wanted = section === 'stream' || section === 'net' ? '' : require('process').env.NODE_DEBUG ?? '';
        const patterns = wanted.toUpperCase().split(',').map((each) => each.trim()).filter((each) => each !== '');
        enabled = patterns.some((pattern) => new RegExp(`^${pattern.replace(/[|\\{}()[\]^$+?.]/g, '\\$&').replaceAll('*', '.*')}$`).test(name));
      }
      return enabled;
    };
    const logger = (...args) => {
      if (!test()) return;
      if (typeof callback === 'function') callback(logger);
      require('process').stderr.write(`${name} 1: ${require('internal/util/inspect').format(...args)}\n`);
    };
    return Object.defineProperty(logger, 'enabled', { get: test, configurable: true, enumerable: true });
  };
}

/** @param {(id: string) => any} requireBuiltin */
export function connect(requireBuiltin) {
  requireWith(requireBuiltin);
}
