/**
 * `blob:` URLs: names for blobs that live as long as the instance, and their fetching, which never leaves it.
 */
import { randomUuid, requireCall } from 'native';
import { mime } from '../internal/lazy.js';
import { requireArguments } from '../internal/webidl.js';
import { blobBytes, isBlob } from './blob.js';
import { BLOB, Body } from './body.js';

/** @type {Map<string, import('./blob.js').Blob>} */
const blobs = new Map();

/** @param {import('./blob.js').Blob} blob @returns {string} */
export function createObjectURL(blob) {
  requireArguments(arguments.length, 1, 'URL.createObjectURL');
  if (!isBlob(blob)) throw new TypeError('URL.createObjectURL: the object is not a Blob');
  // A name made while the module is evaluated ahead of time would be the same in every instance.
  requireCall('URL.createObjectURL');
  const url = `blob:null/${randomUuid()}`;
  blobs.set(url, blob);
  return url;
}

/** @param {string} url */
export function revokeObjectURL(url) {
  requireArguments(arguments.length, 1, 'URL.revokeObjectURL');
  blobs.delete(`${url}`);
}

/** The blob of a URL, undefined when there is none. @param {string} url */
export function resolveObjectUrl(url) {
  return blobs.get(url);
}

const RANGE = /^bytes[\t ]*=[\t ]*(\d*)[\t ]*-[\t ]*(\d*)$/;

/** The bytes that a Range header asks for, [first, last]; undefined when it asks for none that are there. */
function readRange(text, size) {
  const [, first = '', last = ''] = RANGE.exec(text) ?? [];
  if (first === '') return last === '' || size === 0 ? undefined : [Math.max(size - Number(last), 0), size - 1];
  const start = Number(first);
  const end = last === '' ? size - 1 : Number(last);
  return start >= size || end < start ? undefined : [start, Math.min(end, size - 1)];
}

/**
 * The answer to a request for a `blob:` URL: header section, body and status; undefined when there is none.
 * @param {import('./request.js').Request} request
 * @returns {[string, Body, number] | undefined}
 */
export function readBlobUrl(request) {
  const blob = blobs.get(request.url.replace(/#.*$/s, ''));
  if (blob === undefined || request.method !== 'GET') return undefined;
  // Once here, for the array of a blob in pieces is made on first use and then shared.
  const size = blobBytes(blob).length;
  const type = mime().parseMime(blob.type) === undefined ? '' : blob.type;
  const asked = request.headers.get('range');
  if (asked === null) return [`content-length: ${size}\r\ncontent-type: ${type}\r\n`, new Body(BLOB, blob), 200];
  const range = readRange(asked, size);
  if (range === undefined) return undefined;
  const [first, last] = range;
  const section = `content-length: ${last - first + 1}\r\ncontent-range: bytes ${first}-${last}/${size}\r\ncontent-type: ${type}\r\n`;
  return [section, new Body(BLOB, blob.slice(first, last + 1)), 206];
}
