/** The global `Buffer`. */
import { requireBuiltin } from './require.js';

export const { Buffer } = requireBuiltin('buffer');
