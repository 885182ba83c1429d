/** node:buffer: bytes as Node has them. */
import { requireBuiltin } from '../internal/node/require.js';

const module = requireBuiltin('buffer');

export default module;
export const {
  Buffer, SlowBuffer, transcode, isUtf8, isAscii, kMaxLength, kStringMaxLength, btoa, atob, constants, INSPECT_MAX_BYTES,
  Blob, resolveObjectURL, File,
} = module;
