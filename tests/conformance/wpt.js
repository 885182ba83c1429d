/**
 * The function that runs one test file per call: it poses as a worker at the address that the file has on the suite's
 * server, evaluates the harness and the file, and answers with what the harness says. `HARNESS` is put before it.
 */

/** Functions have no base URL; the tests take theirs for granted. */
function liveAt(href) {
  const { origin, protocol, host, hostname, port, pathname, search, hash } = new URL(href);
  const location = { href, origin, protocol, host, hostname, port, pathname, search, hash, toString: () => href };
  Object.defineProperty(globalThis, 'location', { value: location, writable: true, enumerable: true, configurable: true });
}

const clean = (text) => (typeof text === 'string' ? text.toWellFormed() : String(text));

export async function handler(request) {
  const { href, body, patience } = await request.json();
  const { setTimeout, reportError, addEventListener, Response } = globalThis;
  liveAt(href);
  globalThis.GLOBAL = { isWindow: () => false, isWorker: () => true, isShadowRealm: () => false };
  (0, eval)(HARNESS);
  if (body.includes('idl_test(')) {
    // These tests have to know what kind of global object they check. The harness must not: it would wait for a page.
    class DedicatedWorkerGlobalScope {
      static [Symbol.hasInstance](value) {
        return value === globalThis;
      }
    }
    globalThis.DedicatedWorkerGlobalScope = DedicatedWorkerGlobalScope;
    // A global becomes a plain property when somebody asks for it.
    for (const name of Object.getOwnPropertyNames(globalThis)) void globalThis[name];
  }
  const ended = new Promise((resolve) => {
    globalThis.add_completion_callback((tests, status) => resolve({
      status: status.status,
      message: clean(status.message),
      tests: tests.map((test) => [clean(test.name), test.status, test.status === 0 ? '' : clean(test.message)]),
    }));
  });
  // The harness has seen them by then; uncancelled, they would end the call.
  for (const type of ['error', 'unhandledrejection']) addEventListener(type, (event) => event.preventDefault());
  const timedOut = globalThis.timeout;
  setTimeout(() => timedOut(), patience);
  try {
    (0, eval)(body);
  } catch (error) {
    reportError(error);
  }
  const result = await ended;
  return new Response(JSON.stringify(result), { headers: { 'content-type': 'application/json' } });
}
