/**
 * Brotli: the host does it, for its dictionary would stand in every image. It takes whole contents, so that streams keep what
 * is written to them until it ends.
 */

import { requireCall } from 'native';
import { checkInteger, nodeError } from '../crypto/bytes.js';
import { Refused, work, workNow } from '../work.js';
import { constants, zlibError } from './codec.js';

/** Parameters of Node that change nothing here: how to compress is more than a quality and a window, what comes out the same. */
const HINTS = new Set([
  constants.BROTLI_PARAM_LGBLOCK, constants.BROTLI_PARAM_DISABLE_LITERAL_CONTEXT_MODELING, constants.BROTLI_PARAM_SIZE_HINT,
  constants.BROTLI_PARAM_NPOSTFIX, constants.BROTLI_PARAM_NDIRECT,
]);
/** Largest result when no one says otherwise; the host has a smaller limit. */
const MAX_OUTPUT = 2 ** 31 - 1;

/** What `node:zlib` takes as options. @param {boolean} decompress @param {any} options */
export function readBrotliOptions(decompress, options) {
  const { params = {}, maxOutputLength } = options ?? {};
  const most = maxOutputLength === undefined ? MAX_OUTPUT : checkInteger(maxOutputLength, 'options.maxOutputLength', 1, Number.MAX_SAFE_INTEGER);
  if (decompress) return { most: Math.min(most, MAX_OUTPUT), alone: false };
  const chosen = { quality: constants.BROTLI_DEFAULT_QUALITY, logWindow: constants.BROTLI_DEFAULT_WINDOW, text: false };
  for (const [key, value] of Object.entries(params)) {
    const parameter = Number(key);
    if (parameter === constants.BROTLI_PARAM_QUALITY) chosen.quality = checkInteger(value, 'options.params[BROTLI_PARAM_QUALITY]', 0, 11);
    else if (parameter === constants.BROTLI_PARAM_LGWIN) chosen.logWindow = checkInteger(value, 'options.params[BROTLI_PARAM_LGWIN]', 10, 24);
    else if (parameter === constants.BROTLI_PARAM_MODE) chosen.text = value === constants.BROTLI_MODE_TEXT;
    else if (!HINTS.has(parameter)) throw nodeError(RangeError, 'ERR_BROTLI_INVALID_PARAM', `${key} is not a valid Brotli parameter`);
  }
  return chosen;
}

const kindOf = (decompress) => (decompress ? 'brotli-decompress' : 'brotli');

/** In the terms of Node. */
function translated(error) {
  if (!(error instanceof Refused)) return error;
  const { message } = error;
  if (message.startsWith('unexpected end')) return zlibError('Z_BUF_ERROR', message);
  if (message.startsWith('Cannot create')) return nodeError(RangeError, 'ERR_BUFFER_TOO_LARGE', message);
  if (message.startsWith('Decompression')) return nodeError(Error, 'ERR__ERROR_FORMAT', message);
  return nodeError(RangeError, 'ERR_OUT_OF_RANGE', message);
}

/** @param {boolean} decompress @param {Uint8Array} content @param {object} options @returns {Uint8Array} */
export function brotliNow(decompress, content, options) {
  requireCall('Brotli');
  try {
    return workNow(kindOf(decompress), { content, ...options });
  } catch (error) {
    throw translated(error);
  }
}

/** @param {boolean} decompress @param {Uint8Array} content @param {object} options @returns {Promise<Uint8Array>} */
export async function brotli(decompress, content, options) {
  requireCall('Brotli');
  try {
    return await work(kindOf(decompress), { content, ...options });
  } catch (error) {
    throw translated(error);
  }
}
