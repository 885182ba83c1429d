/** node:punycode: international domain names. */
import { requireBuiltin } from '../internal/node/require.js';

const module = requireBuiltin('punycode');

export default module;
export const {
  version, ucs2, decode, encode, toASCII, toUnicode,
} = module;
