/** node:_http_incoming, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('_http_incoming', 'a function has no sockets; use fetch');

const IncomingMessage = fails('IncomingMessage');
const readStart = fails('readStart');
const readStop = fails('readStop');

export {
  IncomingMessage, readStart, readStop,
};
export default {
  IncomingMessage, readStart, readStop,
};
