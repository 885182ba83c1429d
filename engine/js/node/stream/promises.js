/** node:stream/promises. */
import { requireBuiltin } from '../../internal/node/require.js';

const module = requireBuiltin('stream/promises');

export default module;
export const {
  finished, pipeline,
} = module;
