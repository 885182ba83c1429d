/** Built-in modules by name, as `require` finds them. */
import { loadModule } from 'native';

/** Node's own list. */
export const NAMES = [
  '_http_agent', '_http_client', '_http_common', '_http_incoming', '_http_outgoing', '_http_server', '_stream_duplex',
  '_stream_passthrough', '_stream_readable', '_stream_transform', '_stream_wrap', '_stream_writable', '_tls_common', '_tls_wrap',
  'assert', 'assert/strict', 'async_hooks', 'buffer', 'child_process', 'cluster', 'console', 'constants', 'crypto', 'dgram',
  'diagnostics_channel', 'dns', 'dns/promises', 'domain', 'events', 'fs', 'fs/promises', 'http', 'http2', 'https', 'inspector',
  'inspector/promises', 'module', 'net', 'os', 'path', 'path/posix', 'path/win32', 'perf_hooks', 'process', 'punycode', 'querystring',
  'readline', 'readline/promises', 'repl', 'stream', 'stream/consumers', 'stream/promises', 'stream/web', 'string_decoder', 'sys',
  'timers', 'timers/promises', 'tls', 'trace_events', 'tty', 'url', 'util', 'util/types', 'v8', 'vm', 'wasi', 'worker_threads', 'zlib',
];
/** Those that are found with `node:` before their name only. */
const WITH_PREFIX = ['sea', 'sqlite', 'test', 'test/reporters'];

/** Those that are Ramekin's. */
const OWN = ['argon2', 'bcrypt', 'deno-postgres', 'node-fetch', 'pg', 'postgres'];

/** The path of a built-in module, undefined when there is none of this name. @param {unknown} id */
function pathOf(id) {
  const text = `${id}`;
  if (text.startsWith('ramekin:')) return OWN.includes(text.slice(8)) ? text.slice(8) : undefined;
  const name = text.startsWith('node:') ? text.slice(5) : text;
  return NAMES.includes(name) || (text !== name && WITH_PREFIX.includes(name)) ? name : undefined;
}

/** @param {string} id */
export function isBuiltin(id) {
  return pathOf(id) !== undefined;
}

/** @type {Map<string, any>} */
const found = new Map();

/** What `require` answers; undefined when there is no such module. @param {string} id */
export function builtinModule(id) {
  const path = pathOf(id);
  if (path === undefined) return undefined;
  if (!found.has(path)) {
    const namespace = loadModule(`node/${path}.js`);
    found.set(path, 'default' in namespace ? namespace.default : namespace);
  }
  return found.get(path);
}
