/**
 * The body of a `Request` or `Response`.
 *
 * A body stays what it was made of: text, bytes, a blob, or the handle of a body that the host holds. `text()`, `json()`
 * and their kin read these directly; a `ReadableStream` comes into being only when somebody asks for `.body`, clones a
 * body that has not arrived yet, or brought a stream.
 */
import { bodyCancel, utf8Decode, utf8Encode } from 'native';
import { brands } from '../internal/brands.js';
import { blob, formData, mime, streams } from '../internal/lazy.js';
import { isBuffer, toUSVString } from '../internal/webidl.js';
import { bodyRead, readHandle } from './body-handle.js';

/** What a body is made of. The first three are kinds that cross to the host as they are. */
export const TEXT = 1;
export const BYTES = 2;
export const HANDLE = 3;
export const BLOB = 4;
export const STREAM = 5;

/** A body that is being dealt with. Messages keep text, bytes and handles bare until then: see `toBody`. */
export class Body {
  /**
   * @param {number} kind
   * @param {any} source a string, a Uint8Array, a handle, a Blob, or undefined for a stream
   */
  constructor(kind, source) {
    this.kind = kind;
    this.source = source;
    /** Read to the end, or handed on. */
    this.used = false;
  }
}
// Most bodies live without these; where one gets any of them, it stands in the object.
/** Once there is a stream, it alone counts. @type {ReadableStream | undefined} */
Body.prototype.stream = undefined;
/** Whether another body has the same bytes. */
Body.prototype.shared = false;
/** @type {AbortWatch | undefined} */
Body.prototype.watch = undefined;

/**
 * What a message keeps: null, or a body, or bare text, bytes or the number of a handle.
 * @typedef {null | string | Uint8Array | number | Body} Kept
 */

/** @param {Kept} kept @returns {Body | null} */
export function toBody(kept) {
  if (kept === null || kept instanceof Body) return /** @type {Body | null} */ (kept);
  return new Body(typeof kept === 'string' ? TEXT : typeof kept === 'number' ? HANDLE : BYTES, kept);
}

/**
 * Ends the reading of a received body when a signal fires.
 * @typedef {object} AbortWatch
 * @property {boolean} aborted
 * @property {unknown} reason
 * @property {((reason: unknown) => void) | undefined} fail rejects the read under way
 * @property {ReadableByteStreamController | undefined} controller
 */

/** The content type that the last `extractBody` implies; '' for none. Beside the result, so that no pair is allocated. */
export let extractedType = '';

/** @param {any} value anything but null and undefined @returns {Body} */
export function extractBody(value) {
  if (typeof value === 'object') {
    if (brands.isStream(value)) {
      if (value.locked || isDisturbed(value)) throw new TypeError('the stream of the body is locked or has been read from');
      extractedType = '';
      const body = new Body(STREAM, undefined);
      body.stream = value;
      return body;
    }
    if (ArrayBuffer.isView(value)) {
      extractedType = '';
      return new Body(BYTES, new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice());
    }
    if (brands.isBlob(value)) {
      extractedType = value.type;
      return new Body(BLOB, value);
    }
    if (brands.isParams(value)) {
      extractedType = 'application/x-www-form-urlencoded;charset=UTF-8';
      return new Body(TEXT, value.toString());
    }
    if (brands.isFormData(value)) {
      const [bytes, type] = formData().encodeMultipart(value);
      extractedType = type;
      return new Body(BYTES, bytes);
    }
    if (isBuffer(value)) {
      extractedType = '';
      return new Body(BYTES, new Uint8Array(value).slice());
    }
    // What other runtimes take as well: async generators, streams of Node.
    if (typeof value[Symbol.asyncIterator] === 'function') {
      extractedType = '';
      const body = new Body(STREAM, undefined);
      body.stream = streams().ReadableStream.from(encoded(value));
      return body;
    }
  }
  const text = toUSVString(value);
  extractedType = 'text/plain;charset=UTF-8';
  return new Body(TEXT, text);
}

/** Texts among the chunks as bytes. @param {AsyncIterable<unknown>} chunks */
async function* encoded(chunks) {
  for await (const chunk of chunks) yield typeof chunk === 'string' ? utf8Encode(chunk.toWellFormed()) : chunk;
}

/** Whether anything was ever read from the stream, or it was cancelled. */
function isDisturbed(stream) {
  return stream._disturbed;
}

/** @param {Body | null} body */
function isUsed(body) {
  return body !== null && (body.used || (body.stream !== undefined && isDisturbed(body.stream)));
}

/** Whether nobody may read the body any more. @param {Body | null} body */
export function isUnusable(body) {
  return body !== null && (body.used || (body.stream !== undefined && (body.stream.locked || isDisturbed(body.stream))));
}

/**
 * What the streams made here were made of. `new Response(response.body, …)` and a look at `.body` before `text()` are
 * common: while nothing was read, the content can still be had without the stream.
 * @type {WeakMap<ReadableStream, Body>}
 */
const contentOf = new WeakMap();

/** The body as a stream. @param {Body} body */
export function streamOf(body) {
  if (body.stream !== undefined) return body.stream;
  if (body.used) return (body.stream = streams().spentStream());
  const stream = (body.stream = makeStream(body));
  contentOf.set(stream, copyOf(body));
  return stream;
}

function copyOf(body) {
  const copy = new Body(body.kind, body.source);
  copy.shared = body.shared;
  copy.watch = body.watch;
  return copy;
}

function makeStream(body) {
  switch (body.kind) {
    case TEXT:
      return streams().streamFromSegments([utf8Encode(body.source)]);
    case BYTES:
      return streams().streamFromSegments([body.source]);
    case BLOB:
      return body.source.stream();
    default: {
      const watch = body.watch;
      if (watch === undefined) return streams().streamFromHandle(body.source);
      return streams().streamFromHandle(body.source, watchedRead(watch), (controller) => {
        watch.controller = controller;
        if (watch.aborted) controller.error(watch.reason);
      });
    }
  }
}

/**
 * The content of a usable body apart from its stream, which is spent then; the body itself where there is no such thing.
 * @param {Body} body
 */
export function withoutStream(body) {
  const stream = body.stream;
  const content = stream === undefined ? undefined : contentOf.get(stream);
  if (content === undefined || content.watch?.aborted) return body;
  contentOf.delete(stream);
  streams().spendStream(stream);
  if (content.watch !== undefined) content.watch.controller = undefined;
  return content;
}

/** @param {AbortWatch | undefined} watch */
export function watchedRead(watch) {
  if (watch === undefined) return bodyRead;
  return (handle) => new Promise((resolve, reject) => {
    if (watch.aborted) {
      reject(watch.reason);
      return;
    }
    watch.fail = reject;
    bodyRead(handle).then(resolve, reject);
  });
}

/** @returns {AbortWatch} */
export function makeWatch() {
  return { aborted: false, reason: undefined, fail: undefined, controller: undefined };
}

/** @param {Body} body @param {unknown} reason */
export function abortBody(body, reason) {
  const watch = body.watch;
  watch.aborted = true;
  watch.reason = reason;
  // A body that was read to its end keeps what it gave.
  if (body.used && watch.fail === undefined) return;
  bodyCancel(body.source);
  watch.fail?.(reason);
  try {
    watch.controller?.error(reason);
  } catch {
    // The stream has ended already.
  }
}

/** A second body with the same content. @param {Body} body */
export function cloneBody(body) {
  const content = withoutStream(body);
  if (content.stream === undefined && content.kind !== HANDLE) {
    body.kind = content.kind;
    body.source = content.source;
    body.stream = undefined;
    body.shared = true;
    const copy = new Body(content.kind, content.source);
    copy.shared = true;
    return copy;
  }
  const [mine, other] = streams().teeForClone(streamOf(content));
  body.stream = mine;
  const copy = new Body(STREAM, undefined);
  copy.stream = other;
  return copy;
}

/** Takes the content over into a body of its own; the old one is used from then on. @param {Body} body */
export function takeBody(body) {
  const content = withoutStream(body);
  let taken;
  if (content.stream === undefined) {
    taken = copyOf(content);
  } else {
    // The old object keeps its stream, which is locked from here on.
    taken = new Body(STREAM, undefined);
    taken.stream = content.stream.pipeThrough(new (streams().TransformStream)());
  }
  body.used = true;
  return taken;
}

/** Content at hand as bytes that the caller may keep; undefined when it has yet to arrive. @param {Body} body */
function bytesAtHand(body) {
  switch (body.kind) {
    case TEXT:
      return utf8Encode(body.source);
    case BYTES:
      return body.shared ? body.source.slice() : body.source;
    case BLOB:
      return blob().blobBytes(body.source).slice();
    default:
      return undefined;
  }
}

function arriving(body) {
  if (body.stream !== undefined) return streams().readStream(body.stream);
  return readHandle(body.source, watchedRead(body.watch));
}

function decode(bytes) {
  return utf8Decode(bytes, false, false);
}

/** The text at hand, or undefined when it has yet to arrive. */
function textAtHand(body) {
  switch (body.kind) {
    case TEXT:
      return body.source.charCodeAt(0) === 0xfeff ? body.source.slice(1) : body.source;
    case BYTES:
      return decode(body.source);
    case BLOB:
      return decode(blob().blobBytes(body.source));
    default:
      return undefined;
  }
}

/** Throws when nobody may read the body. At once: a promise that is rejected is to be so from the start. */
function requireUsable(body) {
  if (body?.watch?.aborted) throw body.watch.reason;
  if (isUnusable(body)) throw new TypeError('the body has been read already, or is locked');
}

/**
 * Each of these takes the message, not its body: an object of another class is to become a rejection, and so be found out
 * in here.
 * @param {(message: object) => Body | null} bodyOf
 * @param {object} message
 * @param {(text: string) => unknown} [convert]
 */
async function consumeText(bodyOf, message, convert) {
  const body = bodyOf(message);
  if (body === null) return convert === undefined ? '' : convert('');
  requireUsable(body);
  const content = body.stream === undefined ? body : withoutStream(body);
  let text;
  if (content.stream === undefined) {
    body.used = true;
    text = textAtHand(content);
  }
  text ??= decode(await arriving(content));
  return convert === undefined ? text : convert(text);
}

/** @returns {Promise<Uint8Array>} */
async function consumeBytes(bodyOf, message) {
  const body = bodyOf(message);
  if (body === null) return new Uint8Array(0);
  requireUsable(body);
  const content = body.stream === undefined ? body : withoutStream(body);
  if (content.stream === undefined) body.used = true;
  return bytesAtHand(content) ?? arriving(content);
}

async function consumeForm(bodyOf, message, mimeOf) {
  requireUsable(bodyOf(message));
  const type = mimeOf(message);
  const bytes = await consumeBytes(bodyOf, message);
  if (type?.essence === 'multipart/form-data') {
    const boundary = type.parameters.get('boundary');
    if (boundary === undefined) throw new TypeError('the content-type multipart/form-data has no boundary; leave it to fetch, which sets both');
    const form = formData().decodeMultipart(bytes, boundary);
    if (form === undefined) throw new TypeError('the body is not well-formed multipart/form-data');
    return form;
  }
  if (type?.essence === 'application/x-www-form-urlencoded') return formData().decodeUrlEncoded(utf8Decode(bytes, false, true));
  throw new TypeError('formData() needs a content-type of multipart/form-data or application/x-www-form-urlencoded');
}

/**
 * Gives a class the members that requests and responses share. The two functions throw for an object of another class,
 * which is the check that the standard asks for.
 * @param {(message: object) => Body | null} bodyOf
 * @param {(message: object) => string | null} contentTypeOf
 */
export function installBody(constructor, bodyOf, contentTypeOf) {
  const mimeOf = (message) => {
    const contentType = contentTypeOf(message);
    return contentType === null ? undefined : mime().mimeOfContentType(contentType);
  };
  const members = {
    get body() {
      const body = bodyOf(this);
      return body === null ? null : streamOf(body);
    },
    get bodyUsed() {
      return isUsed(bodyOf(this));
    },
    async arrayBuffer() {
      requireUsable(bodyOf(this));
      const bytes = await consumeBytes(bodyOf, this);
      return bytes.length === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
    },
    async blob() {
      requireUsable(bodyOf(this));
      const type = mimeOf(this);
      return blob().blobFromBytes(await consumeBytes(bodyOf, this), type === undefined ? '' : mime().serializeMime(type));
    },
    bytes() {
      return consumeBytes(bodyOf, this);
    },
    formData() {
      return consumeForm(bodyOf, this, mimeOf);
    },
    json() {
      return consumeText(bodyOf, this, JSON.parse);
    },
    text() {
      return consumeText(bodyOf, this);
    },
  };
  for (const key of Object.keys(members)) {
    Object.defineProperty(constructor.prototype, key, Object.getOwnPropertyDescriptor(members, key));
  }
}
