export function handler(_request: Request, ctx: { waitUntil(work: Promise<unknown>): void }): Response {
  const work = new Promise((resolve) => setTimeout(resolve, 200)).then(() => console.log('not waited for'));
  ctx.waitUntil(work);
  throw new Error('thrown');
}
