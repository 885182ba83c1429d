/** node:_http_client, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('_http_client', 'a function has no sockets; use fetch');

const ClientRequest = fails('ClientRequest');

export {
  ClientRequest,
};
export default {
  ClientRequest,
};
