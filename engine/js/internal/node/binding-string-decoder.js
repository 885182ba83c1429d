/** The decoder of `node:string_decoder`, whose state is a few bytes of a buffer. */
import { bufferDecode } from 'native:node';
import { ENCODINGS } from './encodings.js';

const UTF8 = 1;
const BASE64 = 2;
const UTF16LE = 3;
const BASE64URL = 7;

const MISSING = 4;
const BUFFERED = 5;
const ENCODING = 6;
const SIZE = 7;

function text(bytes, encoding, from = 0, to = bytes.length) {
  return to > from ? bufferDecode(bytes, encoding, from, to) : '';
}

/** Completes the character that the last piece began, from the first `data`; its text, and how many bytes it took. */
function complete(state, data) {
  let used = 0;
  const take = (count) => {
    state.set(data.subarray(used, used + count), state[BUFFERED]);
    state[BUFFERED] += count;
    used += count;
  };
  if (state[ENCODING] === UTF8) {
    for (let at = 0; at < data.length && at < state[MISSING]; at++) {
      if ((data[at] & 0xc0) !== 0x80) {
        // It is not continued: what there is of it stays malformed.
        state[MISSING] = 0;
        take(at);
        break;
      }
    }
  }
  const count = Math.min(state[MISSING], data.length - used);
  take(count);
  state[MISSING] -= count;
  if (state[MISSING] > 0) return ['', used];
  const half = state[ENCODING] === UTF16LE && state[BUFFERED] === 2 && (state[1] & 0xfc) === 0xd8;
  if (half) {
    state[MISSING] = 2;
    return ['', used];
  }
  const done = text(state, state[ENCODING], 0, state[BUFFERED]);
  state[BUFFERED] = 0;
  return [done, used];
}

/** Notes how many bytes at the end of `data` begin a character that is not complete. */
function findIncomplete(state, data) {
  const last = data.length - 1;
  switch (state[ENCODING]) {
    case UTF8:
      if (data[last] & 0x80) findIncompleteUtf8(state, data);
      break;
    case UTF16LE:
      if (data.length % 2 === 1) state[BUFFERED] = state[MISSING] = 1;
      else if ((data[last] & 0xfc) === 0xd8) state[BUFFERED] = state[MISSING] = 2;
      break;
    default:
      state[BUFFERED] = data.length % 3;
      if (state[BUFFERED] > 0) state[MISSING] = 3 - state[BUFFERED];
  }
}

function findIncompleteUtf8(state, data) {
  for (let at = data.length - 1; ; at--) {
    state[BUFFERED]++;
    if ((data[at] & 0xc0) === 0x80) {
      if (state[BUFFERED] >= 4 || at === 0) {
        // No character is that long, or none begins here.
        state[BUFFERED] = 0;
        return;
      }
      continue;
    }
    let length = 0;
    if ((data[at] & 0xe0) === 0xc0) length = 2;
    else if ((data[at] & 0xf0) === 0xe0) length = 3;
    else if ((data[at] & 0xf8) === 0xf0) length = 4;
    if (state[BUFFERED] >= length) state[BUFFERED] = 0;
    else state[MISSING] = length - state[BUFFERED];
    return;
  }
}

/** @param {Uint8Array} state @param {ArrayBufferView} view */
function decode(state, view) {
  let data = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const encoding = state[ENCODING];
  if (![UTF8, UTF16LE, BASE64, BASE64URL].includes(encoding)) return text(data, encoding);
  let before = '';
  // Half a character of UTF-16 may be complete and its other half not.
  while (state[MISSING] > 0 && data.length > 0) {
    const [done, used] = complete(state, data);
    before += done;
    data = data.subarray(used);
  }
  if (data.length === 0) return before;
  findIncomplete(state, data);
  const end = data.length - state[BUFFERED];
  if (state[BUFFERED] > 0) state.set(data.subarray(end), 0);
  return before + text(data, encoding, 0, end);
}

/** @param {Uint8Array} state */
function flush(state) {
  if (state[ENCODING] === UTF16LE && state[BUFFERED] % 2 === 1) {
    state[MISSING]--;
    state[BUFFERED]--;
  }
  const rest = text(state, state[ENCODING], 0, state[BUFFERED]);
  state[MISSING] = 0;
  state[BUFFERED] = 0;
  return rest;
}

export function stringDecoderBinding() {
  return {
    encodings: ENCODINGS,
    kIncompleteCharactersStart: 0,
    kIncompleteCharactersEnd: MISSING,
    kMissingBytes: MISSING,
    kBufferedBytes: BUFFERED,
    kEncodingField: ENCODING,
    kNumFields: SIZE,
    kSize: SIZE,
    decode,
    flush,
  };
}
