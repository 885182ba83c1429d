/** node:constants: numbers of the system under one roof. */
import { constants as fs } from '../stubs/fs.js';
import { constants as os } from '../internal/node/os-constants.js';

const all = { ...os.dlopen, ...os.errno, ...os.priority, ...os.signals, ...fs };
export default all;
