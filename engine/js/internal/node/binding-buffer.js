/** What `Buffer` leaves to C++ in Node. The bytes are worked on in Rust. */
import {
  bufferCompare, bufferDecode, bufferEncode, bufferIndexOf, bufferIsAscii, bufferIsUtf8, bufferSwap, bufferUtf8Length, bufferWrite,
} from 'native:node';
import { ENCODINGS } from './encodings.js';

const ASCII = 0;
const UTF8 = 1;
const BASE64 = 2;
const UTF16LE = 3;
const LATIN1 = 4;
const HEX = 5;
const BASE64URL = 7;

const MAX_LENGTH = 2 ** 31 - 1;
/** The longest string of QuickJS. */
const MAX_STRING = 2 ** 30 - 1;

function error(Class, message, code) {
  const made = new Class(message);
  return Object.assign(made, { code });
}

function outOfBounds(what) {
  return error(RangeError, `"${what}" is outside of buffer bounds`, 'ERR_BUFFER_OUT_OF_BOUNDS');
}

/** @param {number} encoding */
function slicer(encoding) {
  return function slice(start = 0, end = this.length) {
    const from = Math.max(0, Math.trunc(start) || 0);
    const to = Math.min(this.length, Math.trunc(end) || 0);
    if (from > this.length) throw error(RangeError, 'Index out of range', 'ERR_OUT_OF_RANGE');
    return to > from ? bufferDecode(this, encoding, from, to) : '';
  };
}

function writeText(buffer, text, encoding, offset, length) {
  if (typeof text !== 'string') throw error(TypeError, 'argument must be a string', 'ERR_INVALID_ARG_TYPE');
  const from = offset === undefined ? 0 : Math.trunc(offset) || 0;
  if (from < 0 || from > buffer.length) throw outOfBounds('offset');
  const rest = buffer.length - from;
  const most = length === undefined ? rest : Math.min(rest, Math.max(0, Math.trunc(length) || 0));
  return most === 0 ? 0 : bufferWrite(buffer, text, encoding, from, most);
}

/** @param {number} encoding */
const writer = (encoding) => function write(text, offset, length) {
  return writeText(this, text, encoding, offset, length);
};

/** @param {number} encoding */
const staticWriter = (encoding) => (buffer, text, offset, length) => writeText(buffer, text, encoding, offset, length);

/** Where a search begins; -1 when it cannot find anything. */
function searchFrom(length, offset, needle, forward) {
  if (offset < 0) {
    if (offset + length >= 0) return length + offset;
    return forward || needle === 0 ? 0 : -1;
  }
  if (offset + needle <= length) return offset;
  if (needle === 0) return length;
  return forward ? -1 : length - 1;
}

function search(buffer, needle, offset, encoding, forward) {
  const wanted = Math.trunc(offset) || 0;
  const from = searchFrom(buffer.length, wanted, needle.length, forward);
  if (from < 0) return -1;
  if (needle.length === 0) return from;
  if (needle.length > buffer.length || (forward && from + needle.length > buffer.length)) return -1;
  const wide = encoding === UTF16LE;
  if (wide && (buffer.length < 2 || needle.length < 2)) return -1;
  return bufferIndexOf(buffer, needle, wide ? from - (from % 2) : from, forward, wide ? 2 : 1);
}

/** Repeats the bytes of a value; -1 out of bounds, -2 when there is nothing to repeat. */
function fill(buffer, value, start, end, encoding) {
  const from = Number(start);
  const to = Number(end);
  if (from < 0 || to > buffer.length) return -2;
  if (from >= to) return undefined;
  if (typeof value === 'number' || typeof value === 'boolean') {
    Uint8Array.prototype.fill.call(buffer, value & 255, from, to);
    return undefined;
  }
  let bytes = value;
  if (typeof value === 'string') {
    const number = ENCODINGS.indexOf(normal(encoding));
    bytes = bufferEncode(value, number < 0 ? UTF8 : number);
  }
  if (bytes.length === 0) return -1;
  const length = Math.min(bytes.length, to - from);
  Uint8Array.prototype.set.call(buffer, Uint8Array.prototype.subarray.call(bytes, 0, length), from);
  for (let done = length; done < to - from; done *= 2) {
    Uint8Array.prototype.copyWithin.call(buffer, from + done, from, Math.min(from + done, to - done));
  }
  return undefined;
}

/** @param {unknown} encoding */
function normal(encoding) {
  const name = `${encoding ?? 'utf8'}`.toLowerCase();
  const others = { 'utf-8': 'utf8', ucs2: 'utf16le', 'ucs-2': 'utf16le', 'utf-16le': 'utf16le', binary: 'latin1' };
  return others[name] ?? name;
}

function compareOffset(source, target, targetStart, sourceStart, targetEnd, sourceEnd) {
  if (sourceStart > source.length) throw error(RangeError, 'The value of "sourceStart" is out of range.', 'ERR_OUT_OF_RANGE');
  if (targetStart > target.length) throw error(RangeError, 'The value of "targetStart" is out of range.', 'ERR_OUT_OF_RANGE');
  const part = (bytes, from, to) => new Uint8Array(bytes.buffer, bytes.byteOffset + from, Math.max(0, Math.min(to, bytes.length) - from));
  return bufferCompare(part(source, sourceStart, sourceEnd), part(target, targetStart, targetEnd));
}

function checkAttached(input) {
  const buffer = ArrayBuffer.isView(input) ? input.buffer : input;
  if (buffer.detached) throw error(Error, 'Invalid state: Cannot validate on a detached buffer', 'ERR_INVALID_STATE');
}

export function bufferBinding() {
  return {
    kMaxLength: MAX_LENGTH,
    kStringMaxLength: MAX_STRING,
    asciiSlice: slicer(ASCII),
    base64Slice: slicer(BASE64),
    base64urlSlice: slicer(BASE64URL),
    latin1Slice: slicer(LATIN1),
    hexSlice: slicer(HEX),
    ucs2Slice: slicer(UTF16LE),
    utf8Slice: slicer(UTF8),
    asciiWriteStatic: staticWriter(LATIN1),
    latin1WriteStatic: staticWriter(LATIN1),
    utf8WriteStatic: staticWriter(UTF8),
    base64Write: writer(BASE64),
    base64urlWrite: writer(BASE64URL),
    hexWrite: writer(HEX),
    ucs2Write: writer(UTF16LE),
    createUnsafeArrayBuffer: (size) => new ArrayBuffer(size),
    byteLengthUtf8: bufferUtf8Length,
    compare: bufferCompare,
    compareOffset,
    copy(source, target, targetStart, sourceStart, count) {
      const bytes = new Uint8Array(source.buffer, source.byteOffset + sourceStart, count);
      new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes, targetStart);
      return count;
    },
    fill,
    indexOfBuffer: (buffer, needle, offset, encoding, forward) => search(buffer, needle, offset, encoding, forward),
    indexOfNumber: (buffer, number, offset, forward) => search(buffer, new Uint8Array([number]), offset, LATIN1, forward),
    indexOfString: (buffer, text, offset, encoding, forward) => search(buffer, bufferEncode(text, encoding), offset, encoding, forward),
    isAscii(input) {
      checkAttached(input);
      return bufferIsAscii(input);
    },
    isUtf8(input) {
      checkAttached(input);
      return bufferIsUtf8(input);
    },
    swap16: (buffer) => swap(buffer, 2),
    swap32: (buffer) => swap(buffer, 4),
    swap64: (buffer) => swap(buffer, 8),
    atob(text) {
      try {
        return atob(text);
      } catch {
        return -2;
      }
    },
    btoa(text) {
      try {
        return btoa(text);
      } catch {
        return -1;
      }
    },
  };
}

function swap(buffer, size) {
  bufferSwap(buffer, size);
  return buffer;
}
