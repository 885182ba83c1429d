/** node:querystring: queries as objects. */
import { requireBuiltin } from '../internal/node/require.js';

const module = requireBuiltin('querystring');

export default module;
export const {
  unescapeBuffer, unescape, escape, stringify, encode, parse, decode,
} = module;
