/** node:_http_outgoing, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('_http_outgoing', 'a function has no sockets; use fetch');

const parseUniqueHeadersOption = fails('parseUniqueHeadersOption');
const validateHeaderName = fails('validateHeaderName');
const validateHeaderValue = fails('validateHeaderValue');
const OutgoingMessage = fails('OutgoingMessage');

const kHighWaterMark = Symbol.for('kHighWaterMark');
const kUniqueHeaders = Symbol.for('kUniqueHeaders');

export {
  kHighWaterMark, kUniqueHeaders, parseUniqueHeadersOption, validateHeaderName, validateHeaderValue, OutgoingMessage
 ,
};
export default {
  kHighWaterMark, kUniqueHeaders, parseUniqueHeadersOption, validateHeaderName, validateHeaderValue,
  OutgoingMessage,
};
