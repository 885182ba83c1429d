/** `FileReader` of the File API, and `ProgressEvent`, which it fires. */

import { encodingForLabel, requireCall } from 'native';
import { brands } from '../internal/brands.js';
import { blob as blobs, mime } from '../internal/lazy.js';
import { defineInterface, requireArguments, toDictionary } from '../internal/webidl.js';
import { DOMException } from './dom-exception.js';
import { TextDecoder } from './encoding.js';
import { defineEventHandler, Event, EventTarget, fire } from './event-target.js';
import { defineConstants } from './interfaces.js';
import { startTimer } from './timers.js';

const EMPTY = 0;
const LOADING = 1;
const DONE = 2;

export class ProgressEvent extends Event {
  #lengthComputable = false;
  #loaded = 0;
  #total = 0;

  /** @param {string} type @param {ProgressEventInit} [init] */
  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, 'ProgressEvent');
    super(type, init);
    const { lengthComputable, loaded, total } = toDictionary(init, 'ProgressEvent: argument 2');
    if (lengthComputable !== undefined) this.#lengthComputable = !!lengthComputable;
    if (loaded !== undefined) this.#loaded = Number(loaded);
    if (total !== undefined) this.#total = Number(total);
  }

  get lengthComputable() { return this.#lengthComputable; }
  get loaded() { return this.#loaded; }
  get total() { return this.#total; }
}
defineInterface(ProgressEvent, 'ProgressEvent');

export class FileReader extends EventTarget {
  #readyState = EMPTY;
  /** @type {string | ArrayBuffer | null} */
  #result = null;
  /** Stands for the read under way. @type {object | undefined} */
  #reading = undefined;

  get readyState() { return this.#readyState; }
  get result() { return this.#result; }
  /** Reading what is at hand cannot fail. */
  get error() {
    this.#readyState;
    return null;
  }

  /** @param {Blob} blob */
  readAsArrayBuffer(blob) {
    this.#read(blob, arguments.length, 'readAsArrayBuffer', (bytes) => bytes.slice().buffer);
  }

  /** @param {Blob} blob */
  readAsBinaryString(blob) {
    this.#read(blob, arguments.length, 'readAsBinaryString', (bytes) => binaryText(bytes));
  }

  /** @param {Blob} blob @param {string} [encoding] */
  readAsText(blob, encoding = undefined) {
    if (encoding !== undefined) encoding = `${encoding}`;
    this.#read(blob, arguments.length, 'readAsText', (bytes) => decoded(bytes, encoding, blob.type));
  }

  /** @param {Blob} blob */
  readAsDataURL(blob) {
    this.#read(blob, arguments.length, 'readAsDataURL', (bytes) => `data:${blob.type || 'application/octet-stream'};base64,${bytes.toBase64()}`);
  }

  abort() {
    if (this.#readyState !== LOADING) {
      this.#result = null;
      return;
    }
    this.#readyState = DONE;
    this.#result = null;
    this.#reading = undefined;
    this.#fire('abort', 0, 0);
    if (this.#readyState !== LOADING) this.#fire('loadend', 0, 0);
  }

  /** @param {Blob} blob @param {number} given @param {string} method @param {(bytes: Uint8Array) => any} convert */
  #read(blob, given, method, convert) {
    const state = this.#readyState;
    requireArguments(given, 1, `FileReader.${method}`);
    if (!brands.isBlob(blob)) throw new TypeError(`FileReader.${method}: argument 1 is not of type 'Blob'`);
    if (state === LOADING) throw new DOMException('The reader is reading already', 'InvalidStateError');
    requireCall('a FileReader');
    this.#readyState = LOADING;
    this.#result = null;
    const reading = (this.#reading = {});
    const { size } = blob;
    const steps = [() => this.#fire('loadstart', 0, size)];
    if (size > 0) steps.push(() => this.#fire('progress', size, size));
    steps.push(() => {
      this.#readyState = DONE;
      this.#result = convert(blobs().blobBytes(blob));
      this.#fire('load', size, size);
    });
    steps.push(() => this.#fire('loadend', size, size));
    // Each in a task of its own, so that promises settled by a listener are seen before the next. A read that was ended, or
    // made way for another, goes no further.
    for (const step of steps) {
      startTimer(() => {
        if (this.#reading === reading) step();
      }, 0);
    }
  }

  /** @param {string} type @param {number} loaded @param {number} total */
  #fire(type, loaded, total) {
    fire(this, new ProgressEvent(type, { lengthComputable: total > 0, loaded, total }));
  }
}
defineInterface(FileReader, 'FileReader');
defineConstants(FileReader, { EMPTY, LOADING, DONE });
for (const type of ['loadstart', 'progress', 'load', 'abort', 'error', 'loadend']) defineEventHandler(FileReader.prototype, type);

/** @param {Uint8Array} bytes @param {string | undefined} label @param {string} type */
function decoded(bytes, label, type) {
  let encoding = label === undefined ? undefined : encodingForLabel(label);
  encoding ??= encodingForLabel(mime().parseMime(type)?.parameters.get('charset') ?? '');
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) encoding = 'utf-8';
  else if (first === 0xfe && second === 0xff) encoding = 'utf-16be';
  else if (first === 0xff && second === 0xfe) encoding = 'utf-16le';
  return new TextDecoder(encoding ?? 'utf-8').decode(bytes);
}

/** @param {Uint8Array} bytes */
function binaryText(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode.apply(null, /** @type {any} */ (bytes.subarray(at, at + 4096)));
  return text;
}
