/** `WebSocket`: there is none. The name is here so that what only asks for it loads, and what uses it is told. */

import { defineInterface, requireArguments } from '../internal/webidl.js';
import { DOMException } from './dom-exception.js';
import { EventTarget } from './event-target.js';
import { defineConstants } from './interfaces.js';

export class WebSocket extends EventTarget {
  /** @param {string | URL} url */
  constructor(url) {
    requireArguments(arguments.length, 1, 'WebSocket');
    super();
    throw new DOMException(`WebSocket is not available in Ramekin: ${JSON.stringify(`${url}`)} was not connected to`, 'NotSupportedError');
  }
}
defineInterface(WebSocket, 'WebSocket');
defineConstants(WebSocket, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });
