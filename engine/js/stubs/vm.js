/** node:vm, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('vm', 'code is evaluated at deploy; use new Function for what must be made at run time');

const Script = fails('Script');
const createContext = fails('createContext');
const createScript = fails('createScript');
const runInContext = fails('runInContext');
const runInNewContext = fails('runInNewContext');
const runInThisContext = fails('runInThisContext');
const isContext = fails('isContext');
const compileFunction = fails('compileFunction');
const measureMemory = fails('measureMemory');

const constants = {
 
};

export {
  Script, createContext, createScript, runInContext, runInNewContext, runInThisContext, isContext, compileFunction,
  measureMemory, constants,
};
export default {
  Script, createContext, createScript, runInContext, runInNewContext, runInThisContext, isContext,
  compileFunction, measureMemory, constants,
};
