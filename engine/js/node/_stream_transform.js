/** node:_stream_transform, which old code asks for. */
export { Transform as default } from './stream.js';
