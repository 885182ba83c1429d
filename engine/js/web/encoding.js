/**
 * The Encoding Standard: `TextEncoder` and `TextDecoder`. The bytes are the native half's business; here is what the
 * interfaces promise about arguments, byte order marks and state between chunks.
 *
 * UTF-8 in one piece, which is nearly every use, goes through one native call and holds no decoder.
 */

import { decoderDecode, decoderOpen, encodingForLabel, utf8Decode, utf8Encode, utf8EncodeInto } from 'native';
import { defineInterface, isBuffer, requireArguments, toDictionary } from '../internal/webidl.js';

/**
 * @param {any} input
 * @param {string} what
 * @returns {ArrayBuffer | ArrayBufferView}
 */
export function bufferSource(input, what) {
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
    // One whose buffer is detached is as good as empty.
    if (destination.length === 0) return { read: 0, written: 0 };
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
