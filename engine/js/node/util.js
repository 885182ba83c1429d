/** node:util: what Node has of everything. */
import { requireBuiltin } from '../internal/node/require.js';

const module = requireBuiltin('util');

export default module;
export const {
  _errnoException, _exceptionWithHostPort, _extend, callbackify, debug, debuglog, deprecate, format, styleText,
  formatWithOptions, getSystemErrorMap, getSystemErrorName, inherits, inspect, isArray, isBoolean, isBuffer,
  isDeepStrictEqual, isNull, isNullOrUndefined, isNumber, isString, isSymbol, isUndefined, isRegExp, isObject, isDate,
  isError, isFunction, isPrimitive, log, promisify, stripVTControlCharacters, toUSVString, transferableAbortSignal,
  transferableAbortController, aborted, types, parseEnv, parseArgs, TextDecoder, TextEncoder, MIMEType, MIMEParams, diff,
  getSystemErrorMessage, getCallSite, getCallSites,
} = module;
