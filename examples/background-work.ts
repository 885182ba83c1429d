// Answers at once and finishes its work afterwards. What `waitUntil` is given may go on for 30 seconds.
interface Context {
  waitUntil(work: Promise<unknown>): void;
}

async function sendReport(order: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 200));
  console.log(`report for order ${order} sent`);
}

export async function handler(request: Request, ctx: Context): Promise<Response> {
  const order = new URL(request.url).searchParams.get('order') ?? 'unknown';
  ctx.waitUntil(sendReport(order));
  return Response.json({ accepted: order }, { status: 202 });
}
