/** node:_http_common, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('_http_common', 'a function has no sockets; use fetch');

const _checkInvalidHeaderChar = fails('_checkInvalidHeaderChar');
const _checkIsHttpToken = fails('_checkIsHttpToken');
const freeParser = fails('freeParser');
const HTTPParser = fails('HTTPParser');
const isLenient = fails('isLenient');
const prepareError = fails('prepareError');

const chunkExpression = {
  exec: fails('chunkExpression.exec'), compile: fails('chunkExpression.compile'),
  toString: fails('chunkExpression.toString'), test: fails('chunkExpression.test'),
};
const continueExpression = {
  exec: fails('continueExpression.exec'), compile: fails('continueExpression.compile'),
  toString: fails('continueExpression.toString'), test: fails('continueExpression.test'),
};
const CRLF = '\r\n';
const methods = [
  'DELETE', 'GET', 'HEAD', 'POST', 'PUT', 'CONNECT', 'OPTIONS', 'TRACE', 'COPY', 'LOCK', 'MKCOL', 'MOVE', 'PROPFIND',
  'PROPPATCH', 'SEARCH', 'UNLOCK', 'BIND', 'REBIND', 'UNBIND', 'ACL', 'REPORT', 'MKACTIVITY', 'CHECKOUT', 'MERGE',
  'M-SEARCH', 'NOTIFY', 'SUBSCRIBE', 'UNSUBSCRIBE', 'PATCH', 'PURGE', 'MKCALENDAR', 'LINK', 'UNLINK', 'SOURCE', 'QUERY',
];
const parsers = {
  ctor: fails('parsers.ctor'), alloc: fails('parsers.alloc'), free: fails('parsers.free'),
};
const kIncomingMessage = Symbol.for('IncomingMessage');

export {
  _checkInvalidHeaderChar, _checkIsHttpToken, chunkExpression, continueExpression, CRLF, freeParser, methods,
  parsers, kIncomingMessage, HTTPParser, isLenient, prepareError,
};
export default {
  _checkInvalidHeaderChar, _checkIsHttpToken, chunkExpression, continueExpression, CRLF, freeParser, methods,
  parsers, kIncomingMessage, HTTPParser, isLenient, prepareError,
};
