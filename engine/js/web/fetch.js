/**
 * `fetch` over the host's outbound HTTP. What may be reached, how redirects are followed and how many requests a call
 * may make is the host's business; here a request is put into the form that crosses, and the answer back into a `Response`.
 *
 * Two things differ from a browser on purpose, as on other servers: with `redirect: 'manual'` the redirect itself is
 * returned, and no header is forbidden.
 */
import { bodyOpen, fetchAbort, fetchSend, requireCall } from 'native';
import { abort, blob, blobUrl, dataUrl, streams } from '../internal/lazy.js';
import { BYTES, Body, HANDLE, abortBody, makeWatch, watchedRead, withoutStream } from './body.js';
import { pumpHandle } from './body-handle.js';
import { withoutStack } from './errors.js';
import { Request, requestBody, requestSection, requestSignal } from './request.js';
import { responseFromFetch } from './response.js';
import { STATUS_TEXTS } from './status-text.js';

const REDIRECT = { follow: 0, error: 1, manual: 2 };
const USER_AGENT = 'Ramekin';

function failed(cause) {
  return withoutStack(new TypeError('fetch failed', { cause }));
}

/** @param {RequestInfo | URL} input @param {RequestInit} [init] @returns {Promise<Response>} */
export function fetch(input, init = undefined) {
  requireCall('fetch');
  if (arguments.length === 0) return Promise.reject(new TypeError('fetch: 1 argument required, but only 0 present'));
  let request;
  try {
    request = new Request(input, init);
  } catch (error) {
    return Promise.reject(error);
  }
  const signal = requestSignal(request);
  if (signal?.aborted) {
    giveUpBody(requestBody(request), signal.reason);
    return Promise.reject(signal.reason);
  }
  // A check that is not made must not look like one that passed.
  if (request.integrity !== '') return Promise.reject(failed(new TypeError('integrity is not available in Ramekin')));
  const url = request.url;
  if (/^https?:/.test(url)) return new Promise((resolve, reject) => send(request, url, signal, resolve, reject));
  giveUpBody(requestBody(request), undefined);
  const scheme = url.slice(0, url.indexOf(':') + 1);
  const local = scheme === 'data:' ? dataUrl().readDataUrl(request) : scheme === 'blob:' ? blobUrl().readBlobUrl(request) : null;
  if (local === null) return Promise.reject(failed(new TypeError(`the scheme ${scheme} is not supported`)));
  if (local === undefined) return Promise.reject(failed(new TypeError(`there is nothing at the ${scheme} URL, or it is malformed`)));
  const [section, body, status = 200] = local;
  return Promise.resolve(responseFromFetch(status, STATUS_TEXTS[status], withoutHash(url), false, section, body));
}

function withoutHash(url) {
  const hash = url.indexOf('#');
  return hash < 0 ? url : url.slice(0, hash);
}

function giveUpBody(body, reason) {
  if (body?.stream !== undefined && !body.stream.locked) body.stream.cancel(reason).catch(() => {});
}

function send(request, url, signal, resolve, reject) {
  let body = requestBody(request);
  /** @type {any} */
  let kind = 0;
  let payload;
  let pumped;
  if (body !== null) {
    body = withoutStream(body);
    if (body.stream !== undefined || body.kind === HANDLE) {
      kind = HANDLE;
      payload = bodyOpen();
      pumped = () => (body.stream === undefined
        ? pumpHandle(body.source, payload, watchedRead(body.watch))
        : streams().pumpStream(body.stream, payload));
    } else {
      kind = body.kind > HANDLE ? BYTES : body.kind;
      payload = kind === body.kind ? body.source : blob().blobBytes(body.source);
    }
    body.used = body.stream === undefined;
  }

  let sent;
  try {
    sent = fetchSend(request.method, withoutHash(url), section(request), kind, payload, REDIRECT[request.redirect]);
  } catch (error) {
    giveUpBody(body, error);
    reject(failed(error));
    return;
  }

  let answered;
  const onAbort = signal === undefined ? undefined : () => {
    const reason = signal.reason;
    giveUpBody(body, reason);
    if (answered === undefined) {
      fetchAbort(sent.id);
      reject(reason);
    } else if (answered !== null) {
      abortBody(answered, reason);
    }
  };
  if (onAbort !== undefined) abort().addAbortAlgorithm(signal, onAbort);

  // A body that breaks while it is sent takes the request with it.
  pumped?.().catch((error) => {
    if (answered !== undefined) return;
    fetchAbort(sent.id);
    reject(failed(error));
  });

  sent.promise.then((result) => {
    if (signal?.aborted && answered === undefined) return;
    const [status, finalUrl, redirected, headers, resultKind, resultPayload] = result;
    answered = null;
    let received = null;
    if (resultKind !== 0) {
      received = new Body(resultKind, resultPayload);
      if (resultKind === HANDLE && signal !== undefined) {
        received.watch = makeWatch();
        answered = received;
      }
    }
    resolve(responseFromFetch(status, STATUS_TEXTS[status] ?? '', finalUrl, redirected, headers, received));
  }, (error) => {
    if (onAbort !== undefined) abort().removeAbortAlgorithm(signal, onAbort);
    reject(failed(error));
  });
}

/** The request's header section with the two headers that every request has. */
function section(request) {
  let text = requestSection(request);
  const has = (name) => text.startsWith(`${name}: `) || text.includes(`\r\n${name}: `);
  if (!has('accept')) text += 'accept: */*\r\n';
  if (!has('user-agent')) text += `user-agent: ${USER_AGENT}\r\n`;
  return text;
}
