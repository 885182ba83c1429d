/**
 * The handler that a function registers in place of exporting it: with the last `Deno.serve`, else by listening to `fetch`.
 * Apart from `Deno` and the events, which are loaded only for those who name them.
 */

/** @type {((request: Request, info: object) => unknown) | undefined} */
let served;

/** @type {() => ((request: Request) => unknown) | undefined} */
let listening = () => undefined;

export function servedHandler() {
  return served ?? listening();
}

/** @param {((request: Request, info: object) => unknown) | undefined} handler */
export function serveWith(handler) {
  served = handler;
}

/** @param {() => ((request: Request) => unknown) | undefined} find what offers a request to listeners, if there are any */
export function serveListeners(find) {
  listening = find;
}
