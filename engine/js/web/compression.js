/**
 * `CompressionStream` and `DecompressionStream` of the Compression Standard. What is compressed and what is not are both
 * handled in parts: a chunk that stands for a thousand times its size does not become one piece of memory.
 */

import { zipClose, zipEnded, zipOpen, zipPull, zipPush, zipRest } from 'native:crypto';
import { load } from '../internal/lazy.js';
import { defineInterface, requireArguments } from '../internal/webidl.js';
import { concat } from './body-handle.js';
import { TransformStream } from './streams.js';
import { copyBytes } from './subtle/normalize.js';

const BROTLI = 'brotli';
const FORMATS = { brotli: BROTLI, deflate: 'zlib', 'deflate-raw': 'raw', gzip: 'gzip' };
/** Bytes that come out of Brotli at a time. */
const PART = 64 * 1024;
/** As servers commonly have it: the best takes a hundred times as long. */
const QUALITY = 5;
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

/** Brotli takes whole contents: what is written is kept until it ends. @param {boolean} decompress @param {string} what */
function brotliStream(decompress, what) {
  const { brotli, readBrotliOptions } = load('internal/zlib/brotli.js');
  const parts = [];
  let size = 0;
  return new TransformStream({
    transform(chunk) {
      const bytes = copyBytes(chunk, what);
      parts.push(bytes);
      size += bytes.length;
    },
    async flush(controller) {
      const options = decompress ? { ...readBrotliOptions(true), alone: true } : { ...readBrotliOptions(false), quality: QUALITY };
      let result;
      try {
        result = await brotli(decompress, concat(parts, size), options);
      } catch (error) {
        throw new TypeError(error.message);
      }
      for (let at = 0; at < result.length; at += PART) controller.enqueue(result.slice(at, at + PART));
    },
  });
}

export class CompressionStream {
  #stream;

  /** @param {string} format */
  constructor(format) {
    requireArguments(arguments.length, 1, 'CompressionStream');
    const kind = toFormat(format, 'CompressionStream');
    if (kind === BROTLI) {
      this.#stream = brotliStream(false, 'CompressionStream: a chunk');
      return;
    }
    const handle = zipOpen(false, kind, -1, 0);
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
    const kind = toFormat(format, 'DecompressionStream');
    if (kind === BROTLI) {
      this.#stream = brotliStream(true, 'DecompressionStream: a chunk');
      return;
    }
    const handle = zipOpen(true, kind, 0, 0);
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
