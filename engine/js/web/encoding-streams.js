/**
 * The stream forms of the Encoding Standard. Apart from `encoding.js`, for they need streams.
 */

import { utf8Encode } from 'native';
import { defineInterface } from '../internal/webidl.js';
import { TextDecoder, bufferSource } from './encoding.js';
import { TransformStream } from './streams.js';

/** @typedef {TransformStreamDefaultController<any>} Controller */

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
