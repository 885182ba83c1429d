/**
 * `stack` as other engines have it: what an error says, then its frames. QuickJS writes the frames alone, and whoever logs
 * `error.stack` would lose the message.
 */

const { apply } = Reflect;
const { hasOwn } = Object;
const errorToString = Error.prototype.toString;
/** How errors of the library of Node in `vendor/node` say what their code is. */
const nodeCode = Symbol.for('nodejs.internal.isNodeError');

/**
 * What an error says of itself now. Never throws.
 *
 * @param {any} error
 * @returns {string}
 */
export function header(error) {
  try {
    const code = error[nodeCode];
    return code === undefined ? apply(errorToString, error, []) : `${error.name} [${code === true ? error.code : code}]: ${error.message}`;
  } catch {
    return 'Error';
  }
}

/** The same when it is made. Classes name their errors after that: what they will say is the name of the class, as a rule. */
function firstHeader(error) {
  const text = header(error);
  try {
    const { name } = error;
    const own = error.constructor?.name;
    const guessed = own !== name && typeof own === 'string' && own.endsWith('Error') && !hasOwn(error, 'name') && text.startsWith(`${name}`);
    return guessed && error[nodeCode] === undefined ? own + text.slice(name.length) : text;
  } catch {
    return text;
  }
}

/** What the engine has written, so that it can be told from what somebody has put in its place. @type {WeakMap<object, [string, number]>} */
const written = new WeakMap();
const { get: getWritten, set: setWritten } = WeakMap.prototype;

/**
 * The frames of an error with a line break before each, undefined when its stack is not the one that it was made with.
 *
 * @param {object} error
 * @param {string} stack that it has
 * @returns {string | undefined}
 */
export function framesOf(error, stack) {
  const [text, length] = apply(getWritten, written, [error]) ?? [];
  return text === stack ? stack.slice(length) : undefined;
}

/** What of a frame there is in other engines and is not known here, by what it says instead. */
const unknown = [
  [() => false, ['isAsync', 'isConstructor', 'isEval', 'isPromiseAll', 'isToplevel']],
  [() => null, ['getMethodName', 'getPromiseIndex', 'getTypeName']],
  [() => undefined, ['getEvalOrigin', 'getThis']],
];

/** @param {any} frame */
function place(frame) {
  if (frame.isNative()) return 'native';
  const file = frame.getFileName();
  const line = frame.getLineNumber();
  return line === null ? file : `${file}:${line}:${frame.getColumnNumber()}`;
}

/** Called by the engine with each error that is made. @param {any} error @param {any[]} frames */
function prepareStackTrace(error, frames) {
  let text = firstHeader(error);
  const { length } = text;
  for (let at = 0; at < frames.length; at++) {
    const frame = frames[at];
    text += `\n    at ${frame.getFunctionName() || '<anonymous>'} (${place(frame)})`;
  }
  apply(setWritten, written, [error, [text, length]]);
  return text;
}

export function installStacks() {
  let prototype;
  Error.prepareStackTrace = (_, frames) => {
    prototype = Object.getPrototypeOf(frames[0]);
  };
  new Error();
  const define = (name, value) => Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  for (const [value, names] of unknown) for (const name of names) define(name, value);
  define('getScriptNameOrSourceURL', prototype.getFileName);
  define('toString', function toString() {
    return `${this.getFunctionName() || '<anonymous>'} (${place(this)})`;
  });
  Error.prepareStackTrace = prepareStackTrace;
}
