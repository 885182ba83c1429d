/**
 * Streams in a transfer list, as the Streams Standard has them: the stream that arrives is one end of a channel that clones
 * what goes through it, the one that was sent is piped into or out of the other end, and stays locked.
 *
 * The standard's channel is a pair of ports; within one agent its two ends may call each other.
 */

import { ReadableStream, TransformStream, WritableStream } from '../vendor/web-streams-polyfill/ponyfill.js';
import { structuredClone } from './structured-clone.js';

/** @param {any} value @returns {any[]} the streams that moving this one would lock */
export function sidesOf(value) {
  return value instanceof TransformStream ? [value.readable, value.writable] : [value];
}

/** @param {any} value a stream that nobody has locked @returns {any} what takes its place */
export function moveStream(value) {
  if (value instanceof ReadableStream) return moveReadable(value);
  if (value instanceof WritableStream) return moveWritable(value);
  const moved = Object.create(TransformStream.prototype);
  // What makes the vendored class take it for one of its own.
  moved._readable = moveReadable(value.readable);
  moved._writable = moveWritable(value.writable);
  moved._transformStreamController = undefined;
  return moved;
}

function moveReadable(stream) {
  const { readable, writable } = channel();
  stream.pipeTo(writable).catch(() => {});
  return readable;
}

function moveWritable(stream) {
  const { readable, writable } = channel();
  readable.pipeTo(stream).catch(() => {});
  return writable;
}

function channel() {
  /** @type {ReadableStreamDefaultController} */
  let source;
  /** @type {WritableStreamDefaultController} */
  let sink;
  let over = false;
  /** Settles when the reader wants the next chunk: until then it is not even cloned. */
  let wanted, want;
  const wait = () => { wanted = new Promise((resolve) => { want = resolve; }); };
  wait();

  /** What arrives at the other end; what cannot be cloned ends the channel there too. */
  const carry = (value, giveUp) => {
    try {
      return structuredClone(value);
    } catch (error) {
      giveUp(error);
      throw error;
    }
  };
  const endReader = (error) => {
    if (!over) source.error(error);
    over = true;
  };
  const endWriter = (error) => {
    over = true;
    sink.error(error);
    want();
  };

  const readable = new ReadableStream({
    start(controller) { source = controller; },
    pull() { want(); },
    cancel(reason) { endWriter(carry(reason, endWriter)); },
  }, { highWaterMark: 0 });
  const writable = new WritableStream({
    start(controller) { sink = controller; },
    async write(chunk) {
      await wanted;
      wait();
      if (!over) source.enqueue(carry(chunk, endReader));
    },
    close() {
      if (!over) source.close();
      over = true;
    },
    abort(reason) { endReader(carry(reason, endReader)); },
  });
  return { readable, writable };
}
