const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const body = 'x'.repeat(10_000_000);
  const controller = new AbortController();
  const errors: any[] = [];
  for (let n = 0; n < 20; n++) {
    fetch(`${upstream}/slow/60000`, { method: 'POST', body, signal: controller.signal }).catch((error) => errors.push(error));
    // Content leaves the function's own memory with the turn that sends it.
    await pause(1);
  }
  await pause(200);
  const refused = errors.slice();
  controller.abort();
  await pause(100);
  const after = await fetch(`${upstream}/echo`, { method: 'POST', body });
  return Response.json({
    errors: refused.length,
    names: [...new Set(refused.map((error) => error.name))],
    why: refused[0]?.cause.message,
    after: after.status,
  });
}
