/** The first module of a function that is one module of test262. `test262.js` is put before it, and the program as `PROGRAM`. */

globalThis.test262Ended = new Promise((resolve) => {
  prepareTest262(PROGRAM, (text) => (0, eval)(text), resolve);
  if (!PROGRAM.waits) resolve('');
});

export async function handler() {
  const { addEventListener, Response, setTimeout } = globalThis;
  for (const type of ['error', 'unhandledrejection']) addEventListener(type, (event) => event.preventDefault());
  const late = new Promise((resolve) => {
    setTimeout(resolve, 10_000, 'timed out');
  });
  return new Response(await Promise.race([globalThis.test262Ended, late]));
}
