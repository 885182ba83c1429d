/** node:tls, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('tls', 'a function has no sockets; use fetch');

const getCiphers = fails('getCiphers');
const convertALPNProtocols = fails('convertALPNProtocols');
const checkServerIdentity = fails('checkServerIdentity');
const createSecureContext = fails('createSecureContext');
const SecureContext = fails('SecureContext');
const TLSSocket = fails('TLSSocket');
const Server = fails('Server');
const createServer = fails('createServer');
const connect = fails('connect');
const createSecurePair = fails('createSecurePair');

const CLIENT_RENEG_LIMIT = 3;
const CLIENT_RENEG_WINDOW = 600;
const DEFAULT_CIPHERS = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA256:DHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA384:DHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-SHA256:DHE-RSA-AES256-SHA256:HIGH:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!MD5:!PSK:!SRP:!CAMELLIA';
const DEFAULT_ECDH_CURVE = 'auto';
const DEFAULT_MIN_VERSION = 'TLSv1.2';
const DEFAULT_MAX_VERSION = 'TLSv1.3';
const rootCertificates = [];

export {
  CLIENT_RENEG_LIMIT, CLIENT_RENEG_WINDOW, DEFAULT_CIPHERS, DEFAULT_ECDH_CURVE, DEFAULT_MIN_VERSION,
  DEFAULT_MAX_VERSION, getCiphers, rootCertificates, convertALPNProtocols, checkServerIdentity, createSecureContext,
  SecureContext, TLSSocket, Server, createServer, connect, createSecurePair,
};
export default {
  CLIENT_RENEG_LIMIT, CLIENT_RENEG_WINDOW, DEFAULT_CIPHERS, DEFAULT_ECDH_CURVE, DEFAULT_MIN_VERSION,
  DEFAULT_MAX_VERSION, getCiphers, rootCertificates, convertALPNProtocols, checkServerIdentity, createSecureContext,
  SecureContext, TLSSocket, Server, createServer, connect, createSecurePair,
};
