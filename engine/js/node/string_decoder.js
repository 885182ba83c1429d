/** node:string_decoder: text that comes in pieces. */
import { requireBuiltin } from '../internal/node/require.js';

const module = requireBuiltin('string_decoder');

export default module;
export const {
  StringDecoder,
} = module;
