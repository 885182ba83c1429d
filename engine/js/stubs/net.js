/** node:net, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';
import { isIP, isIPv4, isIPv6 } from '../internal/node/ip.js';

const { fails } = stubsOf('net', 'a function has no sockets; use fetch');

const _createServerHandle = fails('_createServerHandle');
const _normalizeArgs = fails('_normalizeArgs');
const _setSimultaneousAccepts = fails('_setSimultaneousAccepts');
const BlockList = fails('BlockList');
const SocketAddress = fails('SocketAddress');
const connect = fails('connect');
const createConnection = fails('createConnection');
const createServer = fails('createServer');
const Server = fails('Server');
const Socket = fails('Socket');
const Stream = fails('Stream');
const getDefaultAutoSelectFamily = fails('getDefaultAutoSelectFamily');
const setDefaultAutoSelectFamily = fails('setDefaultAutoSelectFamily');
const getDefaultAutoSelectFamilyAttemptTimeout = fails('getDefaultAutoSelectFamilyAttemptTimeout');
const setDefaultAutoSelectFamilyAttemptTimeout = fails('setDefaultAutoSelectFamilyAttemptTimeout');

export {
  _createServerHandle, _normalizeArgs, _setSimultaneousAccepts, BlockList, SocketAddress, connect, createConnection,
  createServer, isIP, isIPv4, isIPv6, Server, Socket, Stream, getDefaultAutoSelectFamily, setDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout,
};
export default {
  _createServerHandle, _normalizeArgs, _setSimultaneousAccepts, BlockList, SocketAddress, connect,
  createConnection, createServer, isIP, isIPv4, isIPv6, Server, Socket, Stream, getDefaultAutoSelectFamily,
  setDefaultAutoSelectFamily, getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout,
};
