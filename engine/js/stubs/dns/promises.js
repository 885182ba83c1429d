/** node:dns/promises, which a function cannot have. */
import { stubsOf } from '../../internal/node/stub.js';

const { fails, rejects } = stubsOf('dns/promises', 'a function does not resolve names; use fetch');

const lookup = rejects('lookup');
const lookupService = rejects('lookupService');
const Resolver = fails('Resolver');
const getDefaultResultOrder = rejects('getDefaultResultOrder');
const setDefaultResultOrder = rejects('setDefaultResultOrder');
const setServers = rejects('setServers');
const getServers = rejects('getServers');
const resolve = rejects('resolve');
const resolve4 = rejects('resolve4');
const resolve6 = rejects('resolve6');
const resolveAny = rejects('resolveAny');
const resolveCaa = rejects('resolveCaa');
const resolveCname = rejects('resolveCname');
const resolveMx = rejects('resolveMx');
const resolveNaptr = rejects('resolveNaptr');
const resolveNs = rejects('resolveNs');
const resolvePtr = rejects('resolvePtr');
const resolveSoa = rejects('resolveSoa');
const resolveSrv = rejects('resolveSrv');
const resolveTxt = rejects('resolveTxt');
const reverse = rejects('reverse');

const NODATA = 'ENODATA';
const FORMERR = 'EFORMERR';
const SERVFAIL = 'ESERVFAIL';
const NOTFOUND = 'ENOTFOUND';
const NOTIMP = 'ENOTIMP';
const REFUSED = 'EREFUSED';
const BADQUERY = 'EBADQUERY';
const BADNAME = 'EBADNAME';
const BADFAMILY = 'EBADFAMILY';
const BADRESP = 'EBADRESP';
const CONNREFUSED = 'ECONNREFUSED';
const TIMEOUT = 'ETIMEOUT';
const EOF = 'EOF';
const FILE = 'EFILE';
const NOMEM = 'ENOMEM';
const DESTRUCTION = 'EDESTRUCTION';
const BADSTR = 'EBADSTR';
const BADFLAGS = 'EBADFLAGS';
const NONAME = 'ENONAME';
const BADHINTS = 'EBADHINTS';
const NOTINITIALIZED = 'ENOTINITIALIZED';
const LOADIPHLPAPI = 'ELOADIPHLPAPI';
const ADDRGETNETWORKPARAMS = 'EADDRGETNETWORKPARAMS';
const CANCELLED = 'ECANCELLED';

export {
  lookup, lookupService, Resolver, getDefaultResultOrder, setDefaultResultOrder, setServers, NODATA, FORMERR,
  SERVFAIL, NOTFOUND, NOTIMP, REFUSED, BADQUERY, BADNAME, BADFAMILY, BADRESP, CONNREFUSED, TIMEOUT, EOF, FILE, NOMEM,
  DESTRUCTION, BADSTR, BADFLAGS, NONAME, BADHINTS, NOTINITIALIZED, LOADIPHLPAPI, ADDRGETNETWORKPARAMS, CANCELLED,
  getServers, resolve, resolve4, resolve6, resolveAny, resolveCaa, resolveCname, resolveMx, resolveNaptr, resolveNs,
  resolvePtr, resolveSoa, resolveSrv, resolveTxt, reverse,
};
export default {
  lookup, lookupService, Resolver, getDefaultResultOrder, setDefaultResultOrder, setServers, NODATA, FORMERR,
  SERVFAIL, NOTFOUND, NOTIMP, REFUSED, BADQUERY, BADNAME, BADFAMILY, BADRESP, CONNREFUSED, TIMEOUT, EOF, FILE, NOMEM,
  DESTRUCTION, BADSTR, BADFLAGS, NONAME, BADHINTS, NOTINITIALIZED, LOADIPHLPAPI, ADDRGETNETWORKPARAMS, CANCELLED,
  getServers, resolve, resolve4, resolve6, resolveAny, resolveCaa, resolveCname, resolveMx, resolveNaptr, resolveNs,
  resolvePtr, resolveSoa, resolveSrv, resolveTxt, reverse,
};
