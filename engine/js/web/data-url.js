/** `data:` URLs, which `fetch` answers without leaving the sandbox. */
import { utf8Encode } from 'native';
import { parseMime, serializeMime } from '../internal/mime.js';
import { BYTES, Body } from './body.js';

const HEX = /^[\da-f]{2}$/i;
const BASE64 = /; *base64$/i;

/**
 * The answer to a request for a `data:` URL: header section and body; undefined when the URL is malformed.
 * @param {import('./request.js').Request} request
 * @returns {[string, Body | null] | undefined}
 */
export function readDataUrl(request) {
  const text = request.url.replace(/#.*$/s, '').slice('data:'.length);
  const comma = text.indexOf(',');
  if (comma < 0) return undefined;
  let type = text.slice(0, comma).trim();
  let bytes = percentDecode(text.slice(comma + 1));
  if (BASE64.test(type)) {
    type = type.replace(BASE64, '');
    try {
      bytes = fromBinary(atob(toBinary(bytes)));
    } catch {
      return undefined;
    }
  }
  const mime = parseMime(type.startsWith(';') ? `text/plain${type}` : type);
  const section = `content-type: ${mime === undefined ? 'text/plain;charset=US-ASCII' : serializeMime(mime)}\r\n`;
  return [section, request.method === 'HEAD' ? null : new Body(BYTES, bytes)];
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
