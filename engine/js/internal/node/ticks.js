/** `process.nextTick`: callbacks that run before the promises that are settled, each time the function's code has returned. */
import { requestTicks } from 'native:node';
import { boundToContext } from '../async-context.js';
import { report } from '../lazy.js';

/** @type {[Function, unknown[]][]} */
let queue = [];

function runTicks() {
  while (queue.length > 0) {
    const due = queue;
    queue = [];
    for (let at = 0; at < due.length; at++) {
      const [callback, args] = due[at];
      try {
        Reflect.apply(callback, undefined, args);
      } catch (error) {
        report().reportError(error);
      }
    }
  }
}

/** @param {Function} callback @param {unknown[]} args */
export function nextTick(callback, args) {
  if (queue.length === 0) requestTicks(runTicks);
  queue.push([boundToContext(callback), args]);
}
