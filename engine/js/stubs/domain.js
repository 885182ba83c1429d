/** node:domain, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('domain', 'domains are deprecated; use try and catch, and AsyncLocalStorage');

const Domain = fails('Domain');
const createDomain = fails('createDomain');
const create = fails('create');

const _stack = [];
const active = null;

export {
  _stack, Domain, createDomain, create, active,
};
export default {
  _stack, Domain, createDomain, create, active,
};
