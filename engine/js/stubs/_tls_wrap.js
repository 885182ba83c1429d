/** node:_tls_wrap, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('_tls_wrap', 'a function has no sockets; use fetch');

const TLSSocket = fails('TLSSocket');
const Server = fails('Server');
const createServer = fails('createServer');
const connect = fails('connect');

export {
  TLSSocket, Server, createServer, connect,
};
export default {
  TLSSocket, Server, createServer, connect,
};
