/** node:dgram, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('dgram', 'a function has no sockets; use fetch');

const _createSocketHandle = fails('_createSocketHandle');
const createSocket = fails('createSocket');
const Socket = fails('Socket');

export {
  _createSocketHandle, createSocket, Socket,
};
export default {
  _createSocketHandle, createSocket, Socket,
};
