/** `data:` URLs, which `fetch` answers without leaving the sandbox. */
import { utf8Encode } from 'native';
import { parseMime, serializeMime } from '../internal/mime.js';
import { BYTES, makeBody } from './body.js';
import { responseFromFetch } from './response.js';

const HEX = /^[\da-f]{2}$/i;

/** @param {import('./request.js').Request} request @returns {Promise<Response>} */
export function fetchDataUrl(request) {
  const url = request.url;
  const hash = url.indexOf('#');
  const text = (hash < 0 ? url : url.slice(0, hash)).slice('data:'.length);
  const comma = text.indexOf(',');
  const parsed = comma < 0 ? undefined : parse(text.slice(0, comma), text.slice(comma + 1));
  if (parsed === undefined) return Promise.reject(new TypeError('fetch failed', { cause: new TypeError('the data: URL is malformed') }));
  const body = request.method === 'HEAD' ? null : makeBody(BYTES, parsed.bytes);
  return Promise.resolve(responseFromFetch(200, url, false, `content-type: ${parsed.type}\r\n`, body));
}

function parse(head, content) {
  let mime = head.trim();
  let bytes = percentDecode(content);
  const base64 = mime.match(/; *base64$/i);
  if (base64 !== null) {
    mime = mime.slice(0, base64.index);
    try {
      bytes = fromBinary(atob(toBinary(bytes)));
    } catch {
      return undefined;
    }
  }
  const type = parseMime(mime.startsWith(';') ? `text/plain${mime}` : mime);
  return { type: type === undefined ? 'text/plain;charset=US-ASCII' : serializeMime(type), bytes };
}

function percentDecode(text) {
  const source = utf8Encode(text);
  if (!text.includes('%')) return source;
  const bytes = new Uint8Array(source.length);
  let length = 0;
  for (let at = 0; at < source.length; at++) {
    let byte = source[at];
    if (byte === 0x25 && at + 2 < source.length) {
      const digits = String.fromCharCode(source[at + 1], source[at + 2]);
      if (HEX.test(digits)) {
        byte = parseInt(digits, 16);
        at += 2;
      }
    }
    bytes[length++] = byte;
  }
  return bytes.slice(0, length);
}

function toBinary(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode.apply(null, bytes.subarray(at, at + 4096));
  return text;
}

function fromBinary(text) {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
