/** node:_stream_writable, which old code asks for. */
export { Writable as default } from './stream.js';
