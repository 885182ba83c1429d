/** node:zlib: gzip, deflate, Brotli and their way back: at once, with a callback, and as streams. */

import { loadModule } from 'native';
import { crc32 as checksum } from 'native:crypto';
import { checkCallback, later, nodeError, settle, toBuffer, toBytes } from '../internal/crypto/bytes.js';
import { brotli, brotliNow, readBrotliOptions } from '../internal/zlib/brotli.js';
import { Codec, codes, constants, convert, readOptions } from '../internal/zlib/codec.js';
import { concat } from '../web/body-handle.js';

/** By name: whether it decompresses, and the wrapping. */
const KINDS = {
  Deflate: [false, 'zlib'],
  DeflateRaw: [false, 'raw'],
  Gzip: [false, 'gzip'],
  Gunzip: [true, 'gzip'],
  Inflate: [true, 'zlib'],
  InflateRaw: [true, 'raw'],
  Unzip: [true, 'any'],
};

function synchronous(kind) {
  return (buffer, options = undefined) => convert(...KINDS[kind], buffer, options);
}

function calledBack(kind) {
  return (buffer, ...rest) => {
    const callback = rest.pop();
    checkCallback(callback);
    later(callback, () => convert(...KINDS[kind], buffer, rest[0]));
  };
}

export const deflateSync = synchronous('Deflate');
export const deflateRawSync = synchronous('DeflateRaw');
export const gzipSync = synchronous('Gzip');
export const gunzipSync = synchronous('Gunzip');
export const inflateSync = synchronous('Inflate');
export const inflateRawSync = synchronous('InflateRaw');
export const unzipSync = synchronous('Unzip');
export const deflate = calledBack('Deflate');
export const deflateRaw = calledBack('DeflateRaw');
export const gzip = calledBack('Gzip');
export const gunzip = calledBack('Gunzip');
export const inflate = calledBack('Inflate');
export const inflateRaw = calledBack('InflateRaw');
export const unzip = calledBack('Unzip');

function brotliSync(decompress) {
  return (buffer, options = undefined) => toBuffer(brotliNow(decompress, toBytes(buffer, 'buffer'), readBrotliOptions(decompress, options)));
}

function brotliCalledBack(decompress) {
  return (buffer, ...rest) => {
    const callback = rest.pop();
    checkCallback(callback);
    const content = toBytes(buffer, 'buffer');
    settle(brotli(decompress, content, readBrotliOptions(decompress, rest[0])).then(toBuffer), callback);
  };
}

export const brotliCompressSync = brotliSync(false);
export const brotliDecompressSync = brotliSync(true);
export const brotliCompress = brotliCalledBack(false);
export const brotliDecompress = brotliCalledBack(true);

// ---- streams ---------------------------------------------------------------------------------------------------------

/** The classes, made when the first stream is: `node:stream` is large. @type {Record<string, any> | undefined} */
let classes;

function makeClasses() {
  const { Transform } = loadModule('node/stream.js');
  class ZlibBase extends Transform {
    #codec;
    #flush;

    constructor(kind, options) {
      const checked = readOptions(options);
      super({ ...options, flush: undefined });
      this.#codec = new Codec(...KINDS[kind], checked);
      this.#flush = checked.flush;
    }

    get bytesWritten() { return this.#codec.bytesWritten; }

    #give(bytes, flush) {
      for (const part of this.#codec.run(bytes, flush)) this.push(toBuffer(part));
    }

    _transform(chunk, encoding, done) {
      try {
        this.#give(toBytes(chunk, 'chunk', encoding), this.#flush);
      } catch (error) {
        done(error);
        return;
      }
      done();
    }

    _flush(done) {
      try {
        this.#give(new Uint8Array(0), constants.Z_FINISH);
        this.#codec.finish();
      } catch (error) {
        done(error);
        return;
      }
      done();
    }

    _destroy(error, done) {
      this.#codec.close();
      done(error);
    }

    /** Has everything that was written come out. */
    flush(...args) {
      const callback = typeof args.at(-1) === 'function' ? args.pop() : () => {};
      const [kind = constants.Z_FULL_FLUSH] = args;
      // Behind what was written before: an empty write waits its turn.
      this.write(new Uint8Array(0), () => {
        try {
          this.#give(new Uint8Array(0), kind);
        } catch (error) {
          this.destroy(error);
        }
        callback();
      });
    }

    close(callback = undefined) {
      if (callback !== undefined) this.once('close', callback);
      this.destroy();
    }
  }
  /** Keeps what is written: the host takes whole contents. */
  class BrotliBase extends Transform {
    #decompress;
    #options;
    #parts = [];
    #size = 0;

    constructor(decompress, options) {
      const checked = readBrotliOptions(decompress, options);
      super({ ...options, flush: undefined });
      this.#decompress = decompress;
      this.#options = checked;
    }

    get bytesWritten() { return this.#size; }

    _transform(chunk, encoding, done) {
      const bytes = toBytes(chunk, 'chunk', encoding);
      this.#size += bytes.length;
      // A copy: whoever wrote it may write to it.
      this.#parts.push(bytes.slice());
      done();
    }

    _flush(done) {
      settle(brotli(this.#decompress, concat(this.#parts, this.#size), this.#options).then(toBuffer), done);
      this.#parts = [];
    }

    flush(...args) {
      const callback = args.at(-1);
      if (typeof callback === 'function') this.write(new Uint8Array(0), () => callback());
    }

    close(callback = undefined) {
      if (callback !== undefined) this.once('close', callback);
      this.destroy();
    }
  }
  const made = {
    ZlibBase,
    BrotliCompress: class BrotliCompress extends BrotliBase {
      constructor(options = undefined) {
        super(false, options);
      }
    },
    BrotliDecompress: class BrotliDecompress extends BrotliBase {
      constructor(options = undefined) {
        super(true, options);
      }
    },
  };
  for (const kind of Object.keys(KINDS)) {
    ({ [kind]: made[kind] } = {
      [kind]: class extends ZlibBase {
        constructor(options = undefined) {
          super(kind, options);
        }
      },
    });
  }
  return made;
}

const create = (kind) => (options = undefined) => new ((classes ??= makeClasses())[kind])(options);

export const createDeflate = create('Deflate');
export const createDeflateRaw = create('DeflateRaw');
export const createGzip = create('Gzip');
export const createGunzip = create('Gunzip');
export const createInflate = create('Inflate');
export const createInflateRaw = create('InflateRaw');
export const createUnzip = create('Unzip');
export const createBrotliCompress = create('BrotliCompress');
export const createBrotliDecompress = create('BrotliDecompress');

/** A class that is made when it is used. */
function onDemand(kind) {
  const target = function () {};
  const made = () => (classes ??= makeClasses())[kind];
  return new Proxy(target, {
    apply: (_, __, args) => new (made())(...args),
    construct: (_, args) => new (made())(...args),
    get: (_, name) => made()[name],
    has: (_, name) => name in made(),
  });
}

export const Deflate = onDemand('Deflate');
export const DeflateRaw = onDemand('DeflateRaw');
export const Gzip = onDemand('Gzip');
export const Gunzip = onDemand('Gunzip');
export const Inflate = onDemand('Inflate');
export const InflateRaw = onDemand('InflateRaw');
export const Unzip = onDemand('Unzip');
export const BrotliCompress = onDemand('BrotliCompress');
export const BrotliDecompress = onDemand('BrotliDecompress');

/** What this version does not have says so by its name. */
function missing(name) {
  const { [name]: method } = {
    [name]() {
      throw nodeError(Error, 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', `zlib.${name} is not available in this version of Ramekin`);
    },
  };
  return method;
}

export const createZstdCompress = missing('createZstdCompress');
export const createZstdDecompress = missing('createZstdDecompress');
export const zstdCompress = missing('zstdCompress');
export const zstdCompressSync = missing('zstdCompressSync');
export const zstdDecompress = missing('zstdDecompress');
export const zstdDecompressSync = missing('zstdDecompressSync');
export const ZstdCompress = missing('ZstdCompress');
export const ZstdDecompress = missing('ZstdDecompress');

/** CRC-32 of bytes or of a text. */
export const crc32 = (data, before = 0) => checksum(toBytes(data, 'data'), before) >>> 0;

export { codes, constants };

export default {
  ...constants, BrotliCompress, BrotliDecompress, Deflate, DeflateRaw, Gunzip, Gzip, Inflate, InflateRaw, Unzip, ZstdCompress,
  ZstdDecompress, brotliCompress, brotliCompressSync, brotliDecompress, brotliDecompressSync, codes, constants, crc32,
  createBrotliCompress, createBrotliDecompress, createDeflate, createDeflateRaw, createGunzip, createGzip, createInflate,
  createInflateRaw, createUnzip, createZstdCompress, createZstdDecompress, deflate, deflateRaw, deflateRawSync, deflateSync, gunzip,
  gunzipSync, gzip, gzipSync, inflate, inflateRaw, inflateRawSync, inflateSync, unzip, unzipSync, zstdCompress, zstdCompressSync,
  zstdDecompress, zstdDecompressSync,
};
