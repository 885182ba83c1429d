interface Context {
  waitUntil(work: Promise<unknown>): void;
}

export function handler(_request: Request, ctx: Context): Response {
  ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 100)));
  setTimeout(() => {
    throw new Error('too late to matter');
  }, 20);
  return new Response('fine');
}
