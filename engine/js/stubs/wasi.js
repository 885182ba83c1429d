/** node:wasi, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('wasi', 'a function runs no WebAssembly');

const WASI = fails('WASI');

export {
  WASI,
};
export default {
  WASI,
};
