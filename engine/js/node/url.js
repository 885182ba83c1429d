/** node:url: URLs and what was before them. */
import { requireBuiltin } from '../internal/node/require.js';

const module = requireBuiltin('url');

export default module;
export const {
  Url, parse, resolve, resolveObject, format, URL, URLSearchParams, domainToASCII, domainToUnicode, pathToFileURL,
  fileURLToPath, urlToHttpOptions, fileURLToPathBuffer,
} = module;
