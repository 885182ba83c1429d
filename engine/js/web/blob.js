/**
 * `Blob` and `File` of the File API.
 *
 * A blob is a list of byte arrays that nobody else holds and nobody writes to; slices and blobs made of blobs share them.
 */
import { utf8Decode, utf8Encode, wallNow } from 'native';
import { brands } from '../internal/brands.js';
import { streams } from '../internal/lazy.js';
import { defineInterface, isBuffer, requireArguments, toDictionary, toUSVString } from '../internal/webidl.js';
import { defineInspection } from './interfaces.js';

const PRINTABLE = /^[ -~]*$/;
const TRUSTED = Symbol();

/** Set inside the class, where private names are in scope. */
let bytesOf, segmentsOf, isBlob;
export {
  /** @type {(blob: Blob) => Uint8Array} The content as one array, which the caller must not write to. */
  bytesOf as blobBytes,
  /** @type {(value: unknown) => boolean} */
  isBlob,
};

function blobType(type) {
  return PRINTABLE.test(type) ? type.toLowerCase() : '';
}

/** The parts as byte arrays and strings: what becomes of the strings depends on an option that is read later. */
function collectParts(parts) {
  const method = typeof parts === 'object' || typeof parts === 'function' ? parts?.[Symbol.iterator] : undefined;
  if (typeof method !== 'function') throw new TypeError('Blob: the parts must be a sequence');
  const collected = [];
  for (const part of { [Symbol.iterator]: () => method.call(parts) }) {
    if (typeof part !== 'object' || part === null) {
      collected.push(toUSVString(part));
    } else if (isBlob(part)) {
      for (const segment of segmentsOf(part)) collected.push(segment);
    } else if (ArrayBuffer.isView(part)) {
      // A copy: the caller may go on writing to its own.
      collected.push(new Uint8Array(part.buffer, part.byteOffset, part.byteLength).slice());
    } else {
      collected.push(isBuffer(part) ? new Uint8Array(part).slice() : toUSVString(part));
    }
  }
  return collected;
}

// [Clamp] long long, then the rule for positions counted from the end.
function clampPosition(value, size) {
  const number = Number(value);
  if (Number.isNaN(number)) return 0;
  const whole = Math.round(number) - number === 0.5 && Math.round(number) % 2 !== 0 ? Math.floor(number) : Math.round(number);
  return whole < 0 ? Math.max(size + whole, 0) : Math.min(whole, size);
}

export class Blob {
  #segments;
  #size = 0;
  #type = '';

  constructor(blobParts = undefined, options = undefined) {
    if (blobParts === TRUSTED) {
      this.#segments = options.segments;
      this.#type = options.type;
    } else {
      const parts = blobParts === undefined ? [] : collectParts(blobParts);
      const { endings, type } = toDictionary(options, 'Blob: the options');
      const mode = endings === undefined ? 'transparent' : `${endings}`;
      if (mode !== 'transparent' && mode !== 'native') throw new TypeError(`Blob: ${JSON.stringify(mode)} is not a value of endings`);
      if (type !== undefined) this.#type = blobType(`${type}`);
      this.#segments = parts.map((part) => {
        if (typeof part !== 'string') return part;
        return utf8Encode(mode === 'native' ? part.replace(/\r\n?/g, '\n') : part);
      });
    }
    let size = 0;
    for (const segment of this.#segments) size += segment.length;
    this.#size = size;
  }

  get size() {
    return this.#size;
  }

  get type() {
    return this.#type;
  }

  slice(start = undefined, end = undefined, contentType = undefined) {
    const size = this.#size;
    const from = start === undefined ? 0 : clampPosition(start, size);
    const to = end === undefined ? size : clampPosition(end, size);
    const segments = [];
    let offset = 0;
    for (const segment of this.#segments) {
      if (offset >= to) break;
      const first = Math.max(from - offset, 0);
      const last = Math.min(to - offset, segment.length);
      if (first < last) segments.push(segment.subarray(first, last));
      offset += segment.length;
    }
    return new Blob(TRUSTED, { segments, type: contentType === undefined ? '' : blobType(`${contentType}`) });
  }

  stream() {
    return streams().streamFromSegments(this.#segments);
  }

  async text() {
    return utf8Decode(bytesOf(this), false, false);
  }

  async arrayBuffer() {
    return bytesOf(this).slice().buffer;
  }

  async bytes() {
    return bytesOf(this).slice();
  }

  static {
    isBlob = (value) => typeof value === 'object' && value !== null && #segments in value;
    segmentsOf = (blob) => blob.#segments;
    bytesOf = (blob) => {
      const segments = blob.#segments;
      if (segments.length === 1) return segments[0];
      const whole = new Uint8Array(blob.#size);
      let at = 0;
      for (const segment of segments) {
        whole.set(segment, at);
        at += segment.length;
      }
      blob.#segments = [whole];
      return whole;
    };
  }
}

export class File extends Blob {
  #name;
  #lastModified;

  constructor(fileBits, fileName, options = undefined) {
    if (fileBits !== TRUSTED) {
      requireArguments(arguments.length, 2, 'File');
      if (fileBits === undefined) throw new TypeError('File: the parts must be a sequence');
    }
    super(fileBits, options);
    this.#name = toUSVString(fileName);
    const lastModified = options?.lastModified;
    this.#lastModified = lastModified === undefined ? Math.floor(wallNow()) : toLongLong(lastModified);
  }

  get name() {
    return this.#name;
  }

  get lastModified() {
    return this.#lastModified;
  }
}

function toLongLong(value) {
  const number = Math.trunc(Number(value));
  return Number.isFinite(number) ? Number(BigInt.asIntN(64, BigInt(number))) : 0;
}

/**
 * A blob or file around bytes that are given away.
 * @param {Uint8Array} bytes @param {string} type
 */
export function blobFromBytes(bytes, type) {
  return new Blob(TRUSTED, { segments: [bytes], type: blobType(type) });
}

/** @param {Uint8Array} bytes @param {string} name @param {string} type */
export function fileFromBytes(bytes, name, type) {
  return new File(TRUSTED, name, { segments: [bytes], type: blobType(type) });
}

/** The blob as a file of that name; shares its bytes. */
export function fileFromBlob(blob, name, lastModified = undefined) {
  return new File(TRUSTED, name, { segments: segmentsOf(blob), type: blob.type, lastModified });
}

/** A copy for `structuredClone`; shares the bytes, for nobody can change them. */
export function cloneBlob(blob) {
  return blob instanceof File
    ? fileFromBlob(blob, blob.name, blob.lastModified)
    : new Blob(TRUSTED, { segments: segmentsOf(blob), type: blob.type });
}

brands.isBlob = isBlob;
defineInterface(Blob, 'Blob');
defineInterface(File, 'File');
defineInspection(Blob, ({ size, type }) => ({ size, type }));
defineInspection(File, ({ size, type, name, lastModified }) => ({ size, type, name, lastModified }));
