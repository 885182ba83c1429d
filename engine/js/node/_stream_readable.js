/** node:_stream_readable, which old code asks for. */
export { Readable as default } from './stream.js';
