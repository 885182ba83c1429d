/** node:readline/promises, which a function cannot have. */
import { stubsOf } from '../../internal/node/stub.js';

const { fails, rejects } = stubsOf('readline/promises', 'a function has no terminal; read the body of the request');

const Interface = fails('Interface');
const Readline = fails('Readline');
const createInterface = rejects('createInterface');

export {
  Interface, Readline, createInterface,
};
export default {
  Interface, Readline, createInterface,
};
