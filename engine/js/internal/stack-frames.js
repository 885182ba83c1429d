/** What libraries ask of the frames that `Error.prepareStackTrace` gets, and QuickJS does not have. */

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

export function installFrames() {
  let prototype;
  Error.prepareStackTrace = (_, frames) => {
    prototype = Object.getPrototypeOf(frames[0]);
  };
  new Error();
  Error.prepareStackTrace = undefined;
  const define = (name, value) => Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  for (const [value, names] of unknown) for (const name of names) define(name, value);
  define('getScriptNameOrSourceURL', prototype.getFileName);
  define('toString', function toString() {
    return `${this.getFunctionName() || '<anonymous>'} (${place(this)})`;
  });
}
