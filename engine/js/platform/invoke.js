/**
 * `ctx.invoke`: calls another function of the app (Butterbase §5.9). Loaded when a function asks for it.
 */
import { invokeSend, requireCall } from 'native';
import { Body } from '../web/body.js';
import { Headers, headersSection } from '../web/headers.js';
import { responseFromFetch } from '../web/response.js';
import { STATUS_TEXTS } from '../web/status-text.js';

/**
 * @param {string} name
 * @param {unknown} [body] a string is sent as it is, anything else as JSON
 * @param {{ method?: string, headers?: HeadersInit }} [options]
 * @returns {Promise<Response>} the function's response, whatever its status
 */
export async function invoke(name, body = undefined, options = undefined) {
  requireCall('ctx.invoke');
  if (typeof name !== 'string' || name === '') throw new TypeError('ctx.invoke: the first argument must be the name of a function');
  const method = String(options?.method ?? 'POST').toUpperCase();
  const headers = new Headers(options?.headers ?? {});
  headers.set('content-type', 'application/json');
  const sent = invokeSend(name, method, headersSection(headers), content(method, body));
  const [status, url, , fields, kind, payload] = await sent;
  const received = kind === 0 ? null : new Body(kind, payload);
  return responseFromFetch(status, STATUS_TEXTS[status] ?? '', url, false, fields, received);
}

/** The body as text, or null. */
function content(method, body) {
  if (body === undefined || method === 'GET' || method === 'HEAD') return null;
  if (typeof body === 'string') return body;
  const text = JSON.stringify(body);
  if (text === undefined) throw new TypeError(`ctx.invoke: a ${typeof body} cannot be sent: pass a string, or what JSON can say`);
  return text;
}
