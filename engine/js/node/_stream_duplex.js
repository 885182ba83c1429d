/** node:_stream_duplex, which old code asks for. */
export { Duplex as default } from './stream.js';
