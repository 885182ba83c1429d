/** The function that runs one script of test262 per call. `test262.js` is put before it. */

export async function handler(request) {
  const program = await request.json();
  const { Response, addEventListener, setTimeout } = globalThis;
  // Some files leave rejections alone on purpose.
  for (const type of ['error', 'unhandledrejection']) addEventListener(type, (event) => event.preventDefault());
  const reason = await new Promise((resolve) => {
    setTimeout(resolve, 10_000, 'timed out');
    runTest262(program, { evaluate: (text) => (0, eval)(text) }, resolve);
  });
  return new Response(reason);
}
