export async function handler(_request: Request, ctx: { waitUntil(work: Promise<unknown>): void }): Promise<Response> {
  const work = new Promise((resolve) => setTimeout(resolve, 600)).then(() => console.log('done without you'));
  ctx.waitUntil(work);
  await work;
  return new Response('nobody reads this');
}
