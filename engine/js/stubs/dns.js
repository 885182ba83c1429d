/** node:dns, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { callsBack, fails, rejects } = stubsOf('dns', 'a function does not resolve names; use fetch');

const lookup = callsBack('lookup');
const lookupService = callsBack('lookupService');
const getDefaultResultOrder = fails('getDefaultResultOrder');
const setDefaultResultOrder = fails('setDefaultResultOrder');
const setServers = fails('setServers');
const getServers = fails('getServers');
const resolve = callsBack('resolve');
const resolve4 = callsBack('resolve4');
const resolve6 = callsBack('resolve6');
const resolveAny = callsBack('resolveAny');
const resolveCaa = callsBack('resolveCaa');
const resolveCname = callsBack('resolveCname');
const resolveMx = callsBack('resolveMx');
const resolveNaptr = callsBack('resolveNaptr');
const resolveNs = callsBack('resolveNs');
const resolvePtr = callsBack('resolvePtr');
const resolveSoa = callsBack('resolveSoa');
const resolveSrv = callsBack('resolveSrv');
const resolveTxt = callsBack('resolveTxt');
const reverse = callsBack('reverse');

/** It can be made, for packages make one before they ask; nothing is resolved. */
class Resolver {
  cancel() {}
}
const ofResolver = {
  getServers, setServers, setLocalAddress: fails('setLocalAddress'), resolve, resolve4, resolve6, resolveAny, resolveCaa,
  resolveCname, resolveMx, resolveNaptr, resolveNs, resolvePtr, resolveSoa, resolveSrv, resolveTxt, reverse,
};
for (const [name, value] of Object.entries(ofResolver)) {
  Object.defineProperty(Resolver.prototype, name, { value, writable: true, configurable: true });
}

const ADDRCONFIG = 32;
const ALL = 16;
const V4MAPPED = 8;
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
const promises = {
  lookup: rejects('promises.lookup'), lookupService: rejects('promises.lookupService'),
  Resolver: rejects('promises.Resolver'), getDefaultResultOrder: rejects('promises.getDefaultResultOrder'),
  setDefaultResultOrder: rejects('promises.setDefaultResultOrder'), setServers: rejects('promises.setServers'),
  getServers: rejects('promises.getServers'), resolve: rejects('promises.resolve'), resolve4: rejects('promises.resolve4'),
  resolve6: rejects('promises.resolve6'), resolveAny: rejects('promises.resolveAny'),
  resolveCaa: rejects('promises.resolveCaa'), resolveCname: rejects('promises.resolveCname'),
  resolveMx: rejects('promises.resolveMx'), resolveNaptr: rejects('promises.resolveNaptr'),
  resolveNs: rejects('promises.resolveNs'), resolvePtr: rejects('promises.resolvePtr'),
  resolveSoa: rejects('promises.resolveSoa'), resolveSrv: rejects('promises.resolveSrv'),
  resolveTxt: rejects('promises.resolveTxt'), reverse: rejects('promises.reverse'),
};

export {
  lookup, lookupService, Resolver, getDefaultResultOrder, setDefaultResultOrder, setServers, ADDRCONFIG, ALL,
  V4MAPPED, NODATA, FORMERR, SERVFAIL, NOTFOUND, NOTIMP, REFUSED, BADQUERY, BADNAME, BADFAMILY, BADRESP, CONNREFUSED,
  TIMEOUT, EOF, FILE, NOMEM, DESTRUCTION, BADSTR, BADFLAGS, NONAME, BADHINTS, NOTINITIALIZED, LOADIPHLPAPI,
  ADDRGETNETWORKPARAMS, CANCELLED, getServers, resolve, resolve4, resolve6, resolveAny, resolveCaa, resolveCname, resolveMx,
  resolveNaptr, resolveNs, resolvePtr, resolveSoa, resolveSrv, resolveTxt, reverse, promises,
};
export default {
  lookup, lookupService, Resolver, getDefaultResultOrder, setDefaultResultOrder, setServers, ADDRCONFIG, ALL,
  V4MAPPED, NODATA, FORMERR, SERVFAIL, NOTFOUND, NOTIMP, REFUSED, BADQUERY, BADNAME, BADFAMILY, BADRESP, CONNREFUSED,
  TIMEOUT, EOF, FILE, NOMEM, DESTRUCTION, BADSTR, BADFLAGS, NONAME, BADHINTS, NOTINITIALIZED, LOADIPHLPAPI,
  ADDRGETNETWORKPARAMS, CANCELLED, getServers, resolve, resolve4, resolve6, resolveAny, resolveCaa, resolveCname, resolveMx,
  resolveNaptr, resolveNs, resolvePtr, resolveSoa, resolveSrv, resolveTxt, reverse, promises,
};
