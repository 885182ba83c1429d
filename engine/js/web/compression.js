/**
 * `CompressionStream` and `DecompressionStream` of the Compression Standard. What is compressed and what is not are both
 * handled in parts: a chunk that stands for a thousand times its size does not become one piece of memory.
 */

import { zipClose, zipEnded, zipOpen, zipPull, zipPush, zipRest } from 'native:crypto';
import { defineInterface, requireArguments } from '../internal/webidl.js';
import { TransformStream } from './streams.js';
import { copyBytes } from './subtle/normalize.js';

const FORMATS = { deflate: 'zlib', 'deflate-raw': 'raw', gzip: 'gzip' };
const NO_FLUSH = 0;
const FINISH = 3;

/** @param {unknown} value @param {string} what */
function toFormat(value, what) {
  const format = `${value}`;
  if (!Object.hasOwn(FORMATS, format)) throw new TypeError(`${what}: '${format}' is no compression format`);
  return FORMATS[format];
}

/** Gives what there is to the reader. */
function drain(handle, flush, controller) {
  for (let more = true; more;) {
    let part;
    [more, part] = zipPull(handle, flush);
    if (part.length > 0) controller.enqueue(part);
  }
}

export class CompressionStream {
  #stream;

  /** @param {string} format */
  constructor(format) {
    requireArguments(arguments.length, 1, 'CompressionStream');
    const handle = zipOpen(false, toFormat(format, 'CompressionStream'), -1, 0);
    this.#stream = new TransformStream({
      transform(chunk, controller) {
        zipPush(handle, copyBytes(chunk, 'CompressionStream: a chunk'));
        drain(handle, NO_FLUSH, controller);
      },
      flush(controller) {
        drain(handle, FINISH, controller);
        zipClose(handle);
      },
    });
  }

  get readable() { return this.#stream.readable; }
  get writable() { return this.#stream.writable; }
}
defineInterface(CompressionStream, 'CompressionStream');

export class DecompressionStream {
  #stream;

  /** @param {string} format */
  constructor(format) {
    requireArguments(arguments.length, 1, 'DecompressionStream');
    const handle = zipOpen(true, toFormat(format, 'DecompressionStream'), 0, 0);
    this.#stream = new TransformStream({
      transform(chunk, controller) {
        zipPush(handle, copyBytes(chunk, 'DecompressionStream: a chunk'));
        drain(handle, NO_FLUSH, controller);
        if (zipEnded(handle) && zipRest(handle).length > 0) throw new TypeError('The compressed data is followed by other data');
      },
      flush(controller) {
        drain(handle, NO_FLUSH, controller);
        if (!zipEnded(handle)) throw new TypeError('The compressed data ends too early');
        zipClose(handle);
      },
    });
  }

  get readable() { return this.#stream.readable; }
  get writable() { return this.#stream.writable; }
}
defineInterface(DecompressionStream, 'DecompressionStream');
