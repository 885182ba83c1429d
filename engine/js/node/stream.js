/** node:stream: streams as Node has them. */
import { requireBuiltin } from '../internal/node/require.js';

const module = requireBuiltin('stream');

export default module;
export const {
  isDestroyed, isDisturbed, isErrored, isReadable, isWritable, Readable, Writable, Duplex, Transform, PassThrough,
  duplexPair, pipeline, addAbortSignal, finished, destroy, compose, setDefaultHighWaterMark, getDefaultHighWaterMark,
  promises, Stream, _isArrayBufferView, _isUint8Array, _uint8ArrayToBuffer,
} = module;
