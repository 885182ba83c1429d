/** node:_stream_passthrough, which old code asks for. */
export { PassThrough as default } from './stream.js';
