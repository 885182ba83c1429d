/** Random values of `node:crypto`. */

import { randomFill as fill, randomUuid, requireCall } from 'native';
import { checkCallback, checkInteger, invalidType, later, outOfRange, toBuffer } from './bytes.js';

const MAX_BYTES = 2 ** 31 - 1;
const MAX_RANGE = 2 ** 48 - 1;

function bytes(size) {
  requireCall('crypto');
  const into = new Uint8Array(checkInteger(size, 'size', 0, MAX_BYTES));
  fill(into);
  return toBuffer(into);
}

export function randomBytes(size, callback = undefined) {
  if (callback === undefined) return bytes(size);
  checkCallback(callback);
  checkInteger(size, 'size', 0, MAX_BYTES);
  requireCall('crypto');
  later(callback, () => bytes(size));
  return undefined;
}

export function randomFillSync(buffer, offset = 0, size = undefined) {
  requireCall('crypto');
  if (!ArrayBuffer.isView(buffer) && !(buffer instanceof ArrayBuffer)) throw invalidType('buf', 'an instance of ArrayBuffer or ArrayBufferView', buffer);
  const unit = buffer.BYTES_PER_ELEMENT ?? 1;
  const { byteLength } = buffer;
  const start = checkInteger(offset, 'offset', 0, byteLength / unit) * unit;
  const length = size === undefined ? byteLength - start : checkInteger(size, 'size', 0, MAX_BYTES) * unit;
  if (start + length > byteLength) throw outOfRange('size + offset', `<= ${byteLength}`, start + length);
  fill(ArrayBuffer.isView(buffer) ? new Uint8Array(buffer.buffer, buffer.byteOffset + start, length) : new Uint8Array(buffer, start, length));
  return buffer;
}

export function randomFill(buffer, ...rest) {
  const callback = rest.pop();
  checkCallback(callback);
  requireCall('crypto');
  later(callback, () => randomFillSync(buffer, ...rest));
}

function integer(least, limit) {
  const range = limit - least;
  // What would favour small numbers is drawn again.
  const most = MAX_RANGE + 1 - (MAX_RANGE + 1) % range;
  const six = new Uint8Array(6);
  for (;;) {
    fill(six);
    const drawn = six.reduce((number, byte) => number * 256 + byte, 0);
    if (drawn < most) return least + drawn % range;
  }
}

export function randomInt(...args) {
  const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
  const [least, limit] = args.length < 2 ? [0, args[0]] : args;
  if (!Number.isSafeInteger(least)) throw invalidType('min', 'a safe integer', least);
  if (!Number.isSafeInteger(limit)) throw invalidType('max', 'a safe integer', limit);
  if (limit <= least) throw outOfRange('max', `greater than the value of "min" (${least})`, limit);
  if (limit - least > MAX_RANGE) throw outOfRange('max - min', `<= ${MAX_RANGE}`, limit - least);
  requireCall('crypto');
  if (callback === undefined) return integer(least, limit);
  later(callback, () => integer(least, limit));
  return undefined;
}

export function randomUUID() {
  requireCall('crypto');
  return randomUuid();
}
