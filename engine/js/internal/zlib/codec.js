/** What `node:zlib` does with bytes: whole buffers at once, and pieces for its streams. */

import { zipClose, zipEnded, zipOpen, zipPull, zipPush, zipRest } from 'native:crypto';
import { checkInteger, nodeError, toBuffer, toBytes } from '../crypto/bytes.js';
import { concat } from '../der.js';

export const constants = {
  Z_NO_FLUSH: 0, Z_PARTIAL_FLUSH: 1, Z_SYNC_FLUSH: 2, Z_FULL_FLUSH: 3, Z_FINISH: 4, Z_BLOCK: 5,
  Z_OK: 0, Z_STREAM_END: 1, Z_NEED_DICT: 2, Z_ERRNO: -1, Z_STREAM_ERROR: -2, Z_DATA_ERROR: -3, Z_MEM_ERROR: -4, Z_BUF_ERROR: -5, Z_VERSION_ERROR: -6,
  Z_NO_COMPRESSION: 0, Z_BEST_SPEED: 1, Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1,
  Z_FILTERED: 1, Z_HUFFMAN_ONLY: 2, Z_RLE: 3, Z_FIXED: 4, Z_DEFAULT_STRATEGY: 0, ZLIB_VERNUM: 4880,
  DEFLATE: 1, INFLATE: 2, GZIP: 3, GUNZIP: 4, DEFLATERAW: 5, INFLATERAW: 6, UNZIP: 7, BROTLI_DECODE: 8, BROTLI_ENCODE: 9,
  Z_MIN_WINDOWBITS: 8, Z_MAX_WINDOWBITS: 15, Z_DEFAULT_WINDOWBITS: 15, Z_MIN_CHUNK: 64, Z_MAX_CHUNK: Infinity, Z_DEFAULT_CHUNK: 16384,
  Z_MIN_MEMLEVEL: 1, Z_MAX_MEMLEVEL: 9, Z_DEFAULT_MEMLEVEL: 8, Z_MIN_LEVEL: -1, Z_MAX_LEVEL: 9, Z_DEFAULT_LEVEL: -1,
};

const BROTLI = {
  OPERATION_PROCESS: 0, OPERATION_FLUSH: 1, OPERATION_FINISH: 2, OPERATION_EMIT_METADATA: 3,
  PARAM_MODE: 0, MODE_GENERIC: 0, MODE_TEXT: 1, MODE_FONT: 2, DEFAULT_MODE: 0,
  PARAM_QUALITY: 1, MIN_QUALITY: 0, MAX_QUALITY: 11, DEFAULT_QUALITY: 11,
  PARAM_LGWIN: 2, MIN_WINDOW_BITS: 10, MAX_WINDOW_BITS: 24, LARGE_MAX_WINDOW_BITS: 30, DEFAULT_WINDOW: 22,
  PARAM_LGBLOCK: 3, MIN_INPUT_BLOCK_BITS: 16, MAX_INPUT_BLOCK_BITS: 24, PARAM_DISABLE_LITERAL_CONTEXT_MODELING: 4,
  PARAM_SIZE_HINT: 5, PARAM_LARGE_WINDOW: 6, PARAM_NPOSTFIX: 7, PARAM_NDIRECT: 8,
  DECODER_PARAM_DISABLE_RING_BUFFER_REALLOCATION: 0, DECODER_PARAM_LARGE_WINDOW: 1,
};
for (const name of Object.keys(BROTLI)) constants[`BROTLI_${name}`] = BROTLI[name];

export const codes = {
  Z_OK: 0, Z_STREAM_END: 1, Z_NEED_DICT: 2, Z_ERRNO: -1, Z_STREAM_ERROR: -2, Z_DATA_ERROR: -3, Z_MEM_ERROR: -4, Z_BUF_ERROR: -5, Z_VERSION_ERROR: -6,
  0: 'Z_OK', 1: 'Z_STREAM_END', 2: 'Z_NEED_DICT', '-1': 'Z_ERRNO', '-2': 'Z_STREAM_ERROR', '-3': 'Z_DATA_ERROR', '-4': 'Z_MEM_ERROR', '-5': 'Z_BUF_ERROR', '-6': 'Z_VERSION_ERROR',
};

/** A flush of zlib as the Rust half counts them. */
const FLUSHES = [0, 1, 1, 2, 3, 1];
/** Largest result when no one says otherwise: what a Buffer may hold. */
const MAX_OUTPUT = 2 ** 31 - 1;

export function zlibError(code, message) {
  const error = nodeError(Error, code, message);
  error.errno = codes[code];
  return error;
}

const dataError = (message) => zlibError('Z_DATA_ERROR', message);
const endsEarly = () => zlibError('Z_BUF_ERROR', 'unexpected end of file');

/** Checked options. @param {any} options */
export function readOptions(options) {
  const given = options ?? {};
  const number = (name, least, most, usual) => (given[name] === undefined ? usual : checkInteger(given[name], `options.${name}`, least, most));
  if (given.dictionary !== undefined) throw nodeError(Error, 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'zlib: a dictionary is not available in this version of Ramekin');
  number('windowBits', 0, 15, 15);
  number('memLevel', 1, 9, 8);
  return {
    level: number('level', -1, 9, -1),
    strategy: number('strategy', 0, 4, 0),
    flush: number('flush', 0, 5, 0),
    finishFlush: number('finishFlush', 0, 5, constants.Z_FINISH),
    maxOutputLength: number('maxOutputLength', 1, Number.MAX_SAFE_INTEGER, MAX_OUTPUT),
  };
}

/** One way through a stream. `format` is 'gzip', 'zlib', 'raw', or, to decompress, 'any' of the first two. */
export class Codec {
  #inflate;
  #format;
  #options;
  #handle;
  #made = 0;
  /** Bytes of compressed text that were worked off. */
  #in = 0;
  #begin = new Uint8Array(0);

  constructor(inflate, format, options) {
    this.#inflate = inflate;
    this.#format = format;
    this.#options = options;
    if (format !== 'any') this.#open(format);
  }

  get bytesWritten() { return this.#in; }

  #open(format) {
    this.#handle = zipOpen(this.#inflate, format, this.#options.level, this.#options.strategy);
  }

  /** Results of a piece, as they come. @param {Uint8Array} piece @param {number} flush of zlib */
  * run(piece, flush) {
    this.#in += piece.length;
    let input = piece;
    if (this.#handle === undefined) {
      // The first byte tells what it is; a lone one that could begin gzip's waits for the second.
      input = concat(this.#begin, piece);
      if (input.length === 0) return;
      this.#open(input[0] === 0x1f ? 'gzip' : 'zlib');
    }
    zipPush(this.#handle, input);
    for (;;) {
      yield* this.#drain(flush);
      if (!this.#inflate || !zipEnded(this.#handle)) return;
      // Another member may follow; anything else that does is left alone.
      const rest = zipRest(this.#handle);
      if (this.#format === 'raw' || this.#format === 'zlib' || rest.length === 0 || rest[0] !== 0x1f) return;
      zipClose(this.#handle);
      this.#open('gzip');
      zipPush(this.#handle, rest);
    }
  }

  * #drain(flush) {
    for (let more = true; more;) {
      let part;
      try {
        [more, part] = zipPull(this.#handle, this.#inflate ? 0 : FLUSHES[flush] ?? 0);
      } catch (error) {
        throw dataError(error.message);
      }
      this.#made += part.length;
      if (this.#made > this.#options.maxOutputLength) {
        throw nodeError(RangeError, 'ERR_BUFFER_TOO_LARGE', `Cannot create a Buffer larger than ${this.#options.maxOutputLength} bytes`);
      }
      if (part.length > 0) yield part;
    }
  }

  /** Nothing more comes in. */
  finish() {
    const whole = this.#handle !== undefined && zipEnded(this.#handle);
    if (this.#inflate && !whole && this.#options.finishFlush === constants.Z_FINISH) throw endsEarly();
    this.close();
  }

  close() {
    if (this.#handle !== undefined) zipClose(this.#handle);
  }
}

/** A whole buffer at once. @param {boolean} inflate @param {string} format */
export function convert(inflate, format, data, options) {
  const codec = new Codec(inflate, format, readOptions(options));
  try {
    const parts = [...codec.run(toBytes(data, 'buffer'), constants.Z_FINISH)];
    codec.finish();
    return toBuffer(parts.length === 1 ? parts[0] : concat(...parts));
  } finally {
    codec.close();
  }
}

