/**
 * Modules of Node that a function cannot have: they import, under every name, and whatever is used of them throws an error
 * that says which it was and what to use instead.
 */

/** @param {string} what @param {string} instead @param {string} code */
function notAvailable(what, instead, code) {
  const error = new Error(`${what} is not available in Ramekin: ${instead}`);
  return Object.assign(error, { code });
}

/**
 * @param {string} module its name, without `node:`
 * @param {string} instead why it is not here, or what to use
 * @param {string} [code] of its errors
 */
export function stubsOf(module, instead, code = 'ERR_METHOD_NOT_IMPLEMENTED') {
  return {
    /** A function or a class: classes of the function's own may extend it. @param {string} name */
    fails(name) {
      const fails = function () {
        throw notAvailable(`node:${module}.${name}`, instead, code);
      };
      return Object.defineProperty(fails, 'name', { value: name.slice(name.lastIndexOf('.') + 1) });
    },
    /**
     * A function that takes a callback last: its error goes there, where whoever calls it handles errors. Thrown in a timer
     * or an event it would end the call. @param {string} name
     */
    callsBack(name) {
      const callsBack = function (/** @type {unknown[]} */ ...given) {
        const error = notAvailable(`node:${module}.${name}`, instead, code);
        const callback = given.at(-1);
        if (typeof callback !== 'function') throw error;
        queueMicrotask(() => callback(error));
      };
      return Object.defineProperty(callsBack, 'name', { value: name.slice(name.lastIndexOf('.') + 1) });
    },
    /** A function that returns a promise. @param {string} name */
    rejects(name) {
      const rejects = async () => {
        throw notAvailable(`node:${module}.${name}`, instead, code);
      };
      return Object.defineProperty(rejects, 'name', { value: name.slice(name.lastIndexOf('.') + 1) });
    },
  };
}
