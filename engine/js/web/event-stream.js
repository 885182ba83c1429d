/** The text of `text/event-stream`, taken apart as it comes. */

import { TextDecoder } from './encoding.js';

const DIGITS = /^\d+$/;

export class EventStreamParser {
  #decoder = new TextDecoder();
  #rest = '';
  /** The last character was a carriage return: a line feed that follows belongs to it. */
  #afterReturn = false;
  #data = '';
  #type = '';
  #id;
  #sink;

  /**
   * @param {string} lastEventId
   * @param {{ event(type: string, data: string, lastEventId: string): void, identify(id: string): void, retry(milliseconds: number): void }} sink
   */
  constructor(lastEventId, sink) {
    this.#id = lastEventId;
    this.#sink = sink;
  }

  /** @param {Uint8Array} bytes */
  push(bytes) {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === '') return;
    if (this.#afterReturn && text[0] === '\n') text = text.slice(1);
    this.#afterReturn = text === '' ? false : text.endsWith('\r');
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  /** @param {string} line */
  #line(line) {
    if (line === '') {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value[0] === ' ') value = value.slice(1);
    if (field === 'data') this.#data += `${value}\n`;
    else if (field === 'event') this.#type = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    else if (field === 'retry' && DIGITS.test(value)) this.#sink.retry(Math.min(Number(value), 2 ** 31 - 1));
  }

  #dispatch() {
    const data = this.#data;
    const type = this.#type || 'message';
    this.#data = '';
    this.#type = '';
    if (data === '') this.#sink.identify(this.#id);
    else this.#sink.event(type, data.slice(0, -1), this.#id);
  }
}
