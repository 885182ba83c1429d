/** node:readline, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails, rejects } = stubsOf('readline', 'a function has no terminal; read the body of the request');

const Interface = fails('Interface');
const clearLine = fails('clearLine');
const clearScreenDown = fails('clearScreenDown');
const createInterface = fails('createInterface');
const cursorTo = fails('cursorTo');
const emitKeypressEvents = fails('emitKeypressEvents');
const moveCursor = fails('moveCursor');

const promises = {
  Interface: rejects('promises.Interface'), Readline: rejects('promises.Readline'),
  createInterface: rejects('promises.createInterface'),
};

export {
  Interface, clearLine, clearScreenDown, createInterface, cursorTo, emitKeypressEvents, moveCursor, promises,
};
export default {
  Interface, clearLine, clearScreenDown, createInterface, cursorTo, emitKeypressEvents, moveCursor, promises
 ,
};
