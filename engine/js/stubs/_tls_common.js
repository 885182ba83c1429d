/** node:_tls_common, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('_tls_common', 'a function has no sockets; use fetch');

const SecureContext = fails('SecureContext');
const createSecureContext = fails('createSecureContext');
const translatePeerCertificate = fails('translatePeerCertificate');

export {
  SecureContext, createSecureContext, translatePeerCertificate,
};
export default {
  SecureContext, createSecureContext, translatePeerCertificate,
};
