/** node:stream/consumers. */
import { requireBuiltin } from '../../internal/node/require.js';

const module = requireBuiltin('stream/consumers');

export default module;
export const {
  arrayBuffer, blob, buffer, text, json,
} = module;
