/**
 * One call: finds the handler, gives it the request, and gives its response to the host, or the reason why there is none.
 *
 * Everything here is on the path of every call. A handler that returns at once is answered at once, without a promise.
 */
import { bodyOpen, fail, log, promiseState, respond } from 'native';
import { clientIp, ctx } from '../platform/context.js';
import { servedHandler } from '../platform/served.js';
import { watchedRead } from '../web/body.js';
import { pumpHandle } from '../web/body-handle.js';
import { describeError } from '../web/errors.js';
import { incomingRequest } from '../web/request.js';
import { Response, isResponse, responseSection, sendResponse } from '../web/response.js';
// A function may put its own in place of the global one, and its async functions go on making these.
import { Promise, Reflect } from './intrinsics.js';
import { inspection, streams } from './lazy.js';

const NO_HANDLER = 'The module has no handler: export a function called `handler`, export a function as default, '
  + 'export default an object with a `fetch` method, call Deno.serve(handler), or listen to the event `fetch`';

/** The object that `fetch` is a method of, or undefined: set by `findHandler` beside its result. */
let receiver;

/** @param {Record<string, any>} userModule @returns {Function | undefined} */
function findHandler(userModule) {
  receiver = undefined;
  const named = userModule.handler;
  if (typeof named === 'function') return named;
  const main = userModule.default;
  if (typeof main === 'function') {
    // A class with the method `fetch`, as some runtimes want it: an object of it for each call.
    const method = main.prototype?.fetch;
    if (typeof method !== 'function') return main;
    return (request, context) => Reflect.apply(method, new main(context, context.env), [request, context]);
  }
  if (typeof main === 'object' && main !== null) {
    const method = main.fetch;
    if (typeof method === 'function') {
      receiver = main;
      return method;
    }
    // What a CommonJS module exports.
    if (typeof main.handler === 'function') return main.handler;
    if (main.__esModule && typeof main.default === 'function') return main.default;
  }
  const exported = userModule.fetch;
  return typeof exported === 'function' ? exported : undefined;
}

/** @param {Record<string, unknown>} userModule */
export function hasHandler(userModule) {
  return findHandler(userModule) !== undefined || servedHandler() !== undefined;
}

/** The second argument of a `Deno.serve` handler. */
const serveInfo = {
  get remoteAddr() {
    return { transport: 'tcp', hostname: clientIp(), port: 0 };
  },
  completed: new Promise(() => {}),
};

/**
 * @param {Record<string, unknown>} userModule
 * @param {string} method
 * @param {string} url
 * @param {string} headers a field section
 * @param {0 | 2 | 3} kind
 * @param {undefined | Uint8Array | number} payload
 */
export function dispatch(userModule, method, url, headers, kind, payload) {
  try {
    let handler = findHandler(userModule);
    let second = ctx;
    if (handler === undefined) {
      handler = servedHandler();
      if (handler === undefined) {
        fail('no-handler', NO_HANDLER, undefined);
        return;
      }
      second = serveInfo;
    }
    const request = incomingRequest(method, url, headers, kind, payload);
    const result = receiver === undefined ? handler(request, second) : handler.call(receiver, request, second);
    if (isResponse(result)) {
      deliver(result);
      return;
    }
    if (!(result instanceof Promise)) {
      if (typeof result?.then === 'function') Promise.resolve(result).then(settle, failWith);
      else badResponse(result);
      return;
    }
    // An async function that waited for nothing has its result already; a turn of the job queue is saved.
    const state = promiseState(result);
    if (state[0] === 1) settle(state[1]);
    else result.then(settle, failWith);
  } catch (error) {
    failWith(error);
  }
}

function settle(result) {
  if (!isResponse(result)) {
    badResponse(result);
    return;
  }
  try {
    deliver(result);
  } catch (error) {
    failWith(error);
  }
}

function deliver(response) {
  const rest = sendResponse(response);
  if (rest === undefined) return;
  if (typeof rest === 'string') {
    fail('bad-response', rest, undefined);
    return;
  }
  deliverStream(response, rest);
}

function deliverStream(response, body) {
  const handle = bodyOpen();
  respond(response.status, responseSection(response), 3, handle);
  const pumped = body.stream === undefined ? pumpHandle(body.source, handle, watchedRead(body.watch)) : streams().pumpStream(body.stream, handle);
  // The head is on its way, so all that is left is to break the body off and to tell the author.
  pumped.catch((error) => log(4, `The body of the response broke off: ${inspection().inspect(error)}`));
}

/** Ends the call with what was thrown. Throws nothing itself, whatever a function has made of the language: nobody would catch it. */
export function failWith(error) {
  let message = 'an exception that cannot be described';
  let stack;
  try {
    const described = describeError(error);
    message = described[0];
    stack = described[1];
  } catch {
    // The message above is what is left.
  }
  fail('exception', message, stack);
}

function badResponse(result) {
  let what;
  if (result === null || result === undefined) what = String(result);
  else if (typeof result === 'object') what = likeResponse(result) ? 'what only looks like a Response (a Proxy, or made without new)' : `an object${nameOfClass(result)}`;
  else what = `a ${typeof result}`;
  fail('bad-response', `The handler returned ${what}, not a Response; return new Response(…) or Response.json(…)`, undefined);
}

function likeResponse(object) {
  try {
    return object instanceof Response;
  } catch {
    return false;
  }
}

function nameOfClass(object) {
  try {
    const name = object.constructor?.name;
    return typeof name === 'string' && name !== '' && name !== 'Object' ? ` of class ${name}` : '';
  } catch {
    return '';
  }
}
