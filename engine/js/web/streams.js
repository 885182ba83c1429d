/**
 * The Streams Standard, from the vendored web-streams-polyfill, and the ways between its streams and bodies on the
 * host's side. A function that answers with text never loads it.
 */
import { bodyAbort, bodyCancel, bodyClose, bodyWrite } from 'native';
import { brands } from '../internal/brands.js';
import { cloning } from '../internal/lazy.js';
import { platformPrototypes } from '../internal/webidl.js';
import { bodyRead, concat } from './body-handle.js';
import { DOMException } from './dom-exception.js';
import * as ponyfill from '../vendor/web-streams-polyfill/ponyfill.js';

const { ReadableByteStreamController, ReadableStream, TransformStream, WritableStream } = ponyfill;

export {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableByteStreamController,
  ReadableStream,
  ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  TransformStream,
  TransformStreamDefaultController,
  WritableStream,
  WritableStreamDefaultController,
  WritableStreamDefaultWriter,
} from '../vendor/web-streams-polyfill/ponyfill.js';

/** Larger pieces of memory are handed to a reader in parts of this size. */
const CHUNK = 64 * 1024;

brands.isStream = (value) => value instanceof ReadableStream;
brands.isMovable = (value) => [ReadableStream, WritableStream, TransformStream].some((kind) => value instanceof kind);
for (const value of Object.values(ponyfill)) platformPrototypes.add(value.prototype);

// The vendored iterator stands apart from those of the language, which it is one of by the standard.
const iteratorPrototype = Object.getPrototypeOf(new ReadableStream().values());
if (delete iteratorPrototype[Symbol.asyncIterator]) {
  Object.setPrototypeOf(iteratorPrototype, Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}).prototype));
}

function endOf(controller) {
  controller.close();
  // A reader that brought its own buffer gets it back only by an answer of zero bytes.
  controller.byobRequest?.respond(0);
}

/** A byte stream of the arrays given, which stay untouched: what is enqueued are copies. */
export function streamFromSegments(segments) {
  let index = 0;
  let offset = 0;
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      while (index < segments.length && offset >= segments[index].length) {
        index++;
        offset = 0;
      }
      if (index === segments.length) {
        endOf(controller);
        return;
      }
      const chunk = segments[index].slice(offset, offset + CHUNK);
      offset += chunk.length;
      controller.enqueue(chunk);
    },
  });
}

/** Streams whose content somebody took past them: cancelling one does not reach what it was made of. */
const bypassed = new WeakSet();

/** Makes a stream look read to its end, without touching what it was made of. */
export function spendStream(stream) {
  bypassed.add(stream);
  stream.getReader().cancel();
}

/** A stream that was read to its end by a reader that still holds it: what `.body` is after `text()`. */
export function spentStream() {
  const stream = new ReadableStream({ type: 'bytes', start: (controller) => controller.close() });
  stream.getReader().read();
  return stream;
}

/**
 * A byte stream over a received body. `read` answers like `bodyRead`; it is asked only when somebody reads.
 * @param {number} handle
 * @param {(handle: number) => Promise<Uint8Array | null>} [read]
 * @param {(controller: ReadableByteStreamController) => void} [started]
 */
export function streamFromHandle(handle, read = bodyRead, started = undefined) {
  const stream = new ReadableStream({
    type: 'bytes',
    start: started,
    async pull(controller) {
      let chunk;
      do chunk = await read(handle); while (chunk !== null && chunk.length === 0);
      if (chunk === null) endOf(controller);
      else controller.enqueue(chunk);
    },
    cancel() {
      if (!bypassed.has(stream)) bodyCancel(handle);
    },
  });
  return stream;
}

/**
 * Two streams of the same content. The chunks of the second are copies, as for every body that is cloned: a reader may
 * write to what it gets.
 */
export function teeForClone(stream) {
  const [first, second] = stream.tee();
  // A byte stream has copied already.
  if (stream._readableStreamController instanceof ReadableByteStreamController) return [first, second];
  const reader = second.getReader();
  const copies = new ReadableStream({
    async pull(controller) {
      const { value, done } = await reader.read();
      if (done) {
        controller.close();
        return;
      }
      try {
        controller.enqueue(cloning().structuredClone(value));
      } catch (error) {
        reader.cancel(error).catch(() => {});
        throw error;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
  return [first, copies];
}

/** All bytes of a stream whose chunks are Uint8Arrays. */
export async function readStream(stream) {
  const reader = stream.getReader();
  const chunks = [];
  let size = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return concat(chunks, size);
    checkChunk(value);
    chunks.push(value);
    size += value.length;
  }
}

function checkChunk(chunk) {
  if (!(chunk instanceof Uint8Array)) throw new TypeError('a chunk of a body stream must be a Uint8Array');
}

/**
 * Writes a stream into a body that this side has opened; cancels it when the reader has gone. Rejects, after the body was
 * broken off, when the stream fails.
 */
export async function pumpStream(stream, handle) {
  let reader;
  try {
    reader = stream.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      checkChunk(value);
      if (value.length > 0 && !(await bodyWrite(handle, value))) {
        await reader.cancel(new DOMException('the reader of the body has gone', 'AbortError'));
        return;
      }
    }
  } catch (error) {
    bodyAbort(handle);
    reader?.cancel(error).catch(() => {});
    throw error;
  }
  bodyClose(handle);
}
