/**
 * The Encoding Standard: `TextEncoder`, `TextDecoder` and their stream forms. The bytes are the native half's business;
 * here is what the interfaces promise about arguments, byte order marks and state between chunks.
 *
 * UTF-8 in one piece, which is nearly every use, goes through one native call and holds no decoder.
 */

import { decoderDecode, decoderOpen, encodingForLabel, utf8Decode, utf8Encode, utf8EncodeInto } from 'native';
import { defineInterface, requireArguments, toDictionary } from '../internal/webidl.js';
import { TransformStream } from './streams.js';

/** @typedef {TransformStreamDefaultController<any>} Controller */

const lengthOfShared = typeof SharedArrayBuffer === 'undefined'
  ? undefined
  : Object.getOwnPropertyDescriptor(SharedArrayBuffer.prototype, 'byteLength')?.get;
const lengthOfBuffer = /** @type {() => number} */ (Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')?.get);

/** @param {unknown} value */
function isBuffer(value) {
  if (typeof value !== 'object' || value === null) return false;
  for (const getter of [lengthOfBuffer, lengthOfShared]) {
    try {
      if (getter !== undefined) {
        Reflect.apply(getter, value, []);
        return true;
      }
    } catch {
      // Not this kind.
    }
  }
  return false;
}

/**
 * @param {any} input
 * @param {string} what
 * @returns {ArrayBuffer | ArrayBufferView}
 */
function bufferSource(input, what) {
  if (ArrayBuffer.isView(input) || input instanceof ArrayBuffer || isBuffer(input)) return input;
  throw new TypeError(`${what}: the input must be an ArrayBuffer or a view of one`);
}

export class TextEncoder {
  // The field marks the class: a method taken off it must not work on other objects.
  #encoding = 'utf-8';

  get encoding() { return this.#encoding; }

  /** @param {string} [input] */
  encode(input = '') {
    if (!(#encoding in this)) throw new TypeError('Illegal invocation');
    return utf8Encode(`${input}`);
  }

  /**
   * @param {string} source
   * @param {Uint8Array} destination
   */
  encodeInto(source, destination) {
    if (!(#encoding in this)) throw new TypeError('Illegal invocation');
    requireArguments(arguments.length, 2, 'TextEncoder.encodeInto');
    source = `${source}`;
    if (!isUint8Array(destination)) throw new TypeError("TextEncoder.encodeInto: argument 2 is not of type 'Uint8Array'");
    const [read, written] = utf8EncodeInto(source, destination);
    return { read, written };
  }
}
defineInterface(TextEncoder, 'TextEncoder');

const typedArrayTag = /** @type {() => string | undefined} */ (
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get);

/** @param {unknown} value */
function isUint8Array(value) {
  return Reflect.apply(typedArrayTag, value, []) === 'Uint8Array';
}

export class TextDecoder {
  #encoding = 'utf-8';
  #fatal = false;
  #ignoreBOM = false;
  /** The native decoder, held only between chunks of one stream. @type {number | undefined} */
  #handle = undefined;

  /**
   * @param {string} [label]
   * @param {TextDecoderOptions} [options]
   */
  constructor(label = 'utf-8', options = undefined) {
    label = `${label}`;
    if (label !== 'utf-8') {
      const encoding = encodingForLabel(label);
      // The replacement encoding exists to refuse what it labels.
      if (encoding === undefined || encoding === 'replacement') {
        throw new RangeError(`TextDecoder: the encoding label '${label}' is not known`);
      }
      this.#encoding = encoding;
    }
    if (options !== undefined && options !== null) {
      const { fatal, ignoreBOM } = toDictionary(options, 'TextDecoder: argument 2');
      this.#fatal = !!fatal;
      this.#ignoreBOM = !!ignoreBOM;
    }
  }

  get encoding() { return this.#encoding; }
  get fatal() { return this.#fatal; }
  get ignoreBOM() { return this.#ignoreBOM; }

  /**
   * @param {ArrayBuffer | ArrayBufferView} [input]
   * @param {TextDecodeOptions} [options]
   * @returns {string}
   */
  decode(input = undefined, options = undefined) {
    const encoding = this.#encoding;
    if (input !== undefined) bufferSource(input, 'TextDecoder.decode');
    const more = options !== undefined && options !== null && !!toDictionary(options, 'TextDecoder.decode: argument 2').stream;
    if (!more && this.#handle === undefined) {
      if (input === undefined) return '';
      if (encoding === 'utf-8') return utf8Decode(input, this.#fatal, this.#ignoreBOM);
    }
    const handle = this.#handle ?? decoderOpen(encoding, this.#fatal, this.#ignoreBOM);
    // Forgotten first: when the bytes are malformed, the native half frees the decoder and the next call starts afresh.
    this.#handle = undefined;
    const text = decoderDecode(handle, input, !more);
    if (more) this.#handle = handle;
    return text;
  }
}
defineInterface(TextDecoder, 'TextDecoder');

export class TextEncoderStream {
  #stream;
  /** The first half of a surrogate pair, when a chunk ended between the halves. */
  #high = '';

  constructor() {
    this.#stream = new TransformStream({
      transform: (/** @type {any} */ chunk, /** @type {Controller} */ controller) => {
        let text = this.#high + chunk;
        const last = text.charCodeAt(text.length - 1);
        this.#high = '';
        if (last >= 0xd800 && last <= 0xdbff) {
          this.#high = text[text.length - 1];
          text = text.slice(0, -1);
        }
        if (text !== '') controller.enqueue(utf8Encode(text));
      },
      flush: (/** @type {Controller} */ controller) => {
        if (this.#high !== '') controller.enqueue(utf8Encode('\ufffd'));
      },
    });
  }

  get encoding() {
    if (!(#stream in this)) throw new TypeError('Illegal invocation');
    return 'utf-8';
  }
  get readable() { return this.#stream.readable; }
  get writable() { return this.#stream.writable; }
}
defineInterface(TextEncoderStream, 'TextEncoderStream');

export class TextDecoderStream {
  #decoder;
  #stream;

  /**
   * @param {string} [label]
   * @param {TextDecoderOptions} [options]
   */
  constructor(label = 'utf-8', options = undefined) {
    const decoder = new TextDecoder(label, options);
    this.#decoder = decoder;
    this.#stream = new TransformStream({
      transform(/** @type {any} */ chunk, /** @type {Controller} */ controller) {
        const text = decoder.decode(bufferSource(chunk, 'TextDecoderStream'), { stream: true });
        if (text !== '') controller.enqueue(text);
      },
      flush(/** @type {Controller} */ controller) {
        const text = decoder.decode();
        if (text !== '') controller.enqueue(text);
      },
    });
  }

  get encoding() { return this.#decoder.encoding; }
  get fatal() { return this.#decoder.fatal; }
  get ignoreBOM() { return this.#decoder.ignoreBOM; }
  get readable() { return this.#stream.readable; }
  get writable() { return this.#stream.writable; }
}
defineInterface(TextDecoderStream, 'TextDecoderStream');
