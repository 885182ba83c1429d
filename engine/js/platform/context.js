/**
 * `ctx`, the second argument of a handler.
 *
 * An instance serves one call, so there is one context object, made before the snapshot is taken: a call that does not
 * look at it pays nothing. Each member is worked out when it is first read, and is a plain own property from then on.
 * A member that this version does not have throws and names itself.
 */
import { backgroundBegin, backgroundEnd, contextJson, envEntries, log } from 'native';
import { database, inspection, invocation } from '../internal/lazy.js';

let parsed;

function context() {
  return (parsed ??= JSON.parse(contextJson()));
}

function lazy(target, name, compute) {
  const define = (value) => Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  Object.defineProperty(target, name, {
    get() {
      const value = compute();
      define(value);
      return value;
    },
    set: define,
    enumerable: true,
    configurable: true,
  });
}

function unavailable(what, why) {
  return new Error(`ctx.${what} is not available in this version of Ramekin: ${why}`);
}

/** A function that rejects and names itself. */
function missing(what, why) {
  return async () => {
    throw unavailable(what, why);
  };
}

/**
 * Keeps the sandbox alive after the response until `promise` has settled. Its failure is written to the log and changes
 * nothing else.
 * @param {unknown} promise
 */
function waitUntil(promise) {
  backgroundBegin();
  Promise.resolve(promise).then(backgroundEnd, (error) => {
    log(4, `Work given to ctx.waitUntil failed: ${inspection().inspect(error)}`);
    backgroundEnd();
  });
}

const NO_INTEGRATIONS = 'no third-party tools are connected';

/** @type {Record<string, unknown>} */
export const ctx = {};

lazy(ctx, 'db', () => database().database);
lazy(ctx, 'env', () => {
  const env = {};
  // Not by assignment: a variable may be called __proto__.
  for (const [name, value] of envEntries()) {
    Object.defineProperty(env, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return env;
});
lazy(ctx, 'user', () => context().user ?? null);
lazy(ctx, 'caller', () => context().caller);
lazy(ctx, 'app', () => context().app);
lazy(ctx, 'request', () => {
  const { requestId, clientIp, country, functionName } = context();
  return { id: requestId ?? null, ip: clientIp ?? null, country: country ?? null, functionName };
});
lazy(ctx, 'idempotency', () => database().idempotency);
lazy(ctx, 'integrations', () => ({
  execute: missing('integrations.execute', NO_INTEGRATIONS),
  asUser: () => ({ execute: missing('integrations.asUser().execute', NO_INTEGRATIONS) }),
}));
Object.assign(ctx, {
  waitUntil,
  invoke: (...args) => invocation().invoke(...args),
  invokeDO: missing('invokeDO', 'there are no durable objects'),
});

/** The address that the call came from, for `Deno.serve` handlers. */
export function clientIp() {
  return context().clientIp ?? '';
}
