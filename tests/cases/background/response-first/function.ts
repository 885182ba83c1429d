interface Context {
  waitUntil(work: unknown): void;
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export function handler(_request: Request, ctx: Context): Response {
  console.log('before');
  ctx.waitUntil(wait(1000).then(() => console.log('second')));
  ctx.waitUntil(wait(500).then(() => console.log('first')));
  ctx.waitUntil('no promise at all');
  return new Response('accepted', { status: 202 });
}
