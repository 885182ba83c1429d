/** node:path/posix. */
import { requireBuiltin } from '../../internal/node/require.js';

const module = requireBuiltin('path').posix;

export default module;
export const {
  resolve, normalize, isAbsolute, join, relative, toNamespacedPath, dirname, basename, extname, format, parse, matchesGlob,
  sep, delimiter, win32, posix, _makeLong,
} = module;
