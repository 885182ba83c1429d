/** Callbacks that run later, in the async context of now. */
import { asyncContext, setAsyncContext } from 'native';

/**
 * @param {Function} callback
 * @returns {Function} the same, when there is no context
 */
export function boundToContext(callback) {
  const context = asyncContext();
  if (context === undefined) return callback;
  return function (...args) {
    return runInContext(context, callback, this, args);
  };
}

/** @param {unknown} context @param {Function} callback @param {unknown} receiver @param {unknown[]} args */
export function runInContext(context, callback, receiver, args) {
  const before = asyncContext();
  setAsyncContext(context, false);
  try {
    return Reflect.apply(callback, receiver, args);
  } finally {
    setAsyncContext(before, false);
  }
}
