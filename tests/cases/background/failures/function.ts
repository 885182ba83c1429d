const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export function handler(_request: Request, ctx: { waitUntil(work: Promise<unknown>): void }): Response {
  ctx.waitUntil(Promise.reject(new Error('failed in the background')));
  ctx.waitUntil(wait(100).then(() => console.log('the other goes on')));
  return new Response('fine');
}
