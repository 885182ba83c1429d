/** node:tty, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('tty', 'a function has no terminal; use console');

const ReadStream = fails('ReadStream');
const WriteStream = fails('WriteStream');

function isatty() {
  return false;
}

export {
  isatty, ReadStream, WriteStream,
};
export default {
  isatty, ReadStream, WriteStream,
};
