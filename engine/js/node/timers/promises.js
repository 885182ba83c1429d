/** node:timers/promises: timers to wait for. */
import { requireBuiltin } from '../../internal/node/require.js';
import * as web from '../../web/timers.js';

/** @param {any} options */
function validated(options) {
  const { validateAbortSignal, validateBoolean, validateObject } = requireBuiltin('internal/validators');
  validateObject(options, 'options');
  if (options.signal !== undefined) validateAbortSignal(options.signal, 'options.signal');
  if (options.ref !== undefined) validateBoolean(options.ref, 'options.ref');
  return options;
}

function aborted(signal) {
  const { AbortError } = requireBuiltin('internal/errors');
  return new AbortError(undefined, { cause: signal.reason });
}

/** Waits for what `start` starts; an abort of the signal stops it. */
async function waited(start, stop, value, options) {
  const { signal } = validated(options);
  if (signal?.aborted) throw aborted(signal);
  return new Promise((resolve, reject) => {
    let abort;
    const id = start(() => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    });
    if (signal === undefined) return;
    abort = () => {
      stop(id);
      reject(aborted(signal));
    };
    signal.addEventListener('abort', abort, { once: true });
  });
}

export async function setTimeout(delay = undefined, value = undefined, options = {}) {
  if (delay !== undefined) requireBuiltin('internal/validators').validateNumber(delay, 'delay');
  return waited((done) => web.setTimeout(done, delay), web.clearTimeout, value, options);
}

export async function setImmediate(value = undefined, options = {}) {
  return waited((done) => web.setImmediate(done), web.clearImmediate, value, options);
}

export async function* setInterval(delay = undefined, value = undefined, options = {}) {
  if (delay !== undefined) requireBuiltin('internal/validators').validateNumber(delay, 'delay');
  const { signal } = validated(options);
  if (signal?.aborted) throw aborted(signal);
  let due = 0;
  let wake = () => {};
  const id = web.setInterval(() => {
    due++;
    wake();
  }, delay);
  const abort = () => wake();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      if (due === 0 && !signal?.aborted) {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
      for (; due > 0; due--) yield value;
      if (signal?.aborted) throw aborted(signal);
    }
  } finally {
    web.clearInterval(id);
    signal?.removeEventListener('abort', abort);
  }
}

export const scheduler = {
  wait: (delay, options = undefined) => setTimeout(delay, undefined, options),
  yield: () => setImmediate(),
};

export default { scheduler, setImmediate, setInterval, setTimeout };
