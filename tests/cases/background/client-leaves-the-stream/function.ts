const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export function handler(_request: Request, ctx: { waitUntil(work: Promise<unknown>): void }): Response {
  ctx.waitUntil(wait(1200).then(() => console.log('done without you')));
  const stream = new ReadableStream({
    async pull(controller) {
      await wait(50);
      controller.enqueue(new TextEncoder().encode('tick\n'));
    },
  });
  return new Response(stream);
}
