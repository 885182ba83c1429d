/**
 * ramekin:node-fetch: the package `node-fetch` over the platform's `fetch`. Its own way out are sockets, and libraries that
 * find no window take it. Agents, proxies and compression are the host's, whatever is asked for.
 */

import { builtinModule } from '../internal/node/builtins.js';

const { Blob, File, FormData, Headers, Request, Response } = globalThis;

/** A request that did not come back. */
class FetchError extends Error {
  /** @param {string} message @param {string} type @param {any} [cause] */
  constructor(message, type, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.type = type;
    if (cause?.code !== undefined) this.code = this.errno = cause.code;
  }
  get name() {
    return this.constructor.name;
  }
}

/** A request that was given up. */
class AbortError extends Error {
  /** @param {string} message @param {string} [type] */
  constructor(message, type = 'aborted') {
    super(message);
    this.type = type;
  }
  get name() {
    return this.constructor.name;
  }
}

const REDIRECTS = [301, 302, 303, 307, 308];
const isRedirect = (/** @type {number} */ code) => REDIRECTS.includes(code);

/** Text, bytes and everything else that goes over the wire; streams of Node become streams of the web. @param {any} body */
function sent(body) {
  if (typeof body?.pipe !== 'function') return body;
  const encoder = new TextEncoder();
  const chunks = (async function* () {
    for await (const chunk of body) yield typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
  })();
  return ReadableStream.from(chunks);
}

/** A stream of Node that takes what there is of a stream of the web when it is read first. @param {ReadableStream} web */
function received(web) {
  const { Readable } = builtinModule('stream');
  /** @type {ReadableStreamDefaultReader | undefined} */
  let reader;
  return new Readable({
    read() {
      reader ??= web.getReader();
      reader.read().then(
        ({ done, value }) => this.push(done ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength)),
        (error) => this.destroy(error),
      );
    },
    destroy(error, callback) {
      const cancelled = reader === undefined ? Promise.resolve() : reader.cancel(error ?? undefined);
      cancelled.then(() => callback(error), () => callback(error));
    },
  });
}

/** With what a response of the package has besides. @param {Response} response */
function dressed(response) {
  const { body, headers } = response;
  let stream = null;
  Object.defineProperties(response, {
    body: { configurable: true, get: () => (body === null ? null : (stream ??= received(body))) },
    buffer: { configurable: true, value: async () => Buffer.from(await response.arrayBuffer()) },
  });
  const raw = () => {
    /** @type {Record<string, string[]>} */
    const all = {};
    for (const [name, value] of headers) (all[name] ??= []).push(value);
    return all;
  };
  Object.defineProperty(headers, 'raw', { configurable: true, value: raw });
  return response;
}

/** @param {any} input @param {any} [init] */
async function fetch(input, init) {
  const { agent, compress, follow, highWaterMark, insecureHTTPParser, size, timeout, ...options } = init ?? {};
  const given = typeof input === 'object' && typeof input?.href === 'string' ? input.href : input;
  if (options.body !== undefined) {
    options.body = sent(options.body);
    if (options.body instanceof ReadableStream) options.duplex = 'half';
  }
  if (follow === 0) options.redirect ??= 'manual';
  const late = timeout > 0 ? AbortSignal.timeout(timeout) : undefined;
  if (late !== undefined) options.signal = options.signal ? AbortSignal.any([options.signal, late]) : late;
  try {
    return dressed(await globalThis.fetch(given, options));
  } catch (/** @type {any} */ error) {
    const url = given instanceof Request ? given.url : `${given}`;
    if (late?.aborted && error === late.reason) throw new FetchError(`network timeout at: ${url}`, 'request-timeout');
    if (error?.name === 'AbortError') throw new AbortError('The operation was aborted.');
    // What is wrong with the request itself has no cause.
    if (!(error instanceof TypeError) || error.cause === undefined) throw error;
    const { cause } = /** @type {{ cause: any }} */ (error);
    throw new FetchError(`request to ${url} failed, reason: ${cause?.message ?? error.message}`, 'system', cause);
  }
}

/** @param {string} name */
const noFiles = (name) => () => {
  throw new Error(`node-fetch.${name} is not available in Ramekin: a function has no file system`);
};
const [blobFrom, blobFromSync, fileFrom, fileFromSync] = ['blobFrom', 'blobFromSync', 'fileFrom', 'fileFromSync'].map(noFiles);

Object.assign(fetch, {
  default: fetch, fetch, AbortError, Blob, FetchError, File, FormData, Headers, Request, Response, isRedirect,
});

export {
  AbortError, Blob, FetchError, File, FormData, Headers, Request, Response, blobFrom, blobFromSync, fetch, fileFrom, fileFromSync,
  isRedirect,
};
export default fetch;
