/**
 * `internal/errors` of Node, as long as nothing fails: the classes of errors and what goes with them are large, and most code
 * only has to be able to name them. They are loaded when the first of them is made.
 */

/** Stands for a function or a class that is not loaded yet. @param {() => any} load */
function standIn(load) {
  return new Proxy(function () {}, {
    construct: (_, args, target) => Reflect.construct(load(), args, typeof target === 'function' && Object.hasOwn(target, 'prototype') ? target : load()),
    apply: (_, receiver, args) => Reflect.apply(load(), receiver, args),
    get(made, key) {
      // A class beside it, such as `HideStackFramesError`, which code names before anything fails.
      if (typeof key === 'string' && key.endsWith('Error')) return (made[key] ??= standIn(() => load()[key]));
      const value = load()[key];
      // What is no function stands here too, such as a map: its methods want to be called on itself.
      return typeof value === 'function' && typeof load() !== 'function' ? value.bind(load()) : value;
    },
    set: (_, key, value) => Reflect.set(load(), key, value),
    has: (_, key) => key in load(),
  });
}

const kIsNodeError = Symbol.for('nodejs.internal.isNodeError');

/** What has the frames of a check not be those of an error that it throws. @param {() => any} load */
const hiding = (load) => function hideStackFrames(check) {
  function wrapped(...args) {
    try {
      return Reflect.apply(check, this, args);
    } catch (error) {
      if (Error.stackTraceLimit) {
        Error.captureStackTrace(error, wrapped);
        if (error[kIsNodeError]) load().addCodeToName(error, error.code);
      }
      throw error;
    }
  }
  wrapped.withoutStackTrace = check;
  return wrapped;
};

/** @param {() => any} load gives the module itself */
export function errorsModule(load) {
  const lazily = (from, known) => new Proxy(known, {
    get(made, name) {
      if (!(name in made)) made[name] = standIn(() => from()[name]);
      return made[name];
    },
    has: (_, name) => name in from(),
    ownKeys: () => Reflect.ownKeys(from()),
    getOwnPropertyDescriptor: (_, name) => (
      name in from() ? { value: from()[name], writable: true, enumerable: true, configurable: true } : undefined
    ),
  });
  return lazily(load, {
    __proto__: null,
    codes: lazily(() => load().codes, { __proto__: null }),
    hideStackFrames: hiding(load),
    kEnhanceStackBeforeInspector: Symbol.for('nodejs.internal.enhanceStackBeforeInspector'),
    kIsNodeError,
  });
}
