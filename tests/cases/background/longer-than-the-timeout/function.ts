export async function handler(request: Request, ctx: { waitUntil(work: Promise<unknown>): void }): Promise<Response> {
  const work = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 900));
    console.log(`after 900 ms: status ${new Response().status}`);
  };
  ctx.waitUntil(work());
  return new Response(request.method === 'GET' ? 'soon' : '');
}
