/** The handler that the last `Deno.serve` recorded. Apart from `Deno`, which is loaded only for those who name it. */

/** @type {((request: Request, info: object) => unknown) | undefined} */
let served;

export function servedHandler() {
  return served;
}

/** @param {((request: Request, info: object) => unknown) | undefined} handler */
export function serveWith(handler) {
  served = handler;
}
