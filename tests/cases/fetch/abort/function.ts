const failure = (attempt: Promise<unknown>): Promise<any> => attempt.then(() => 'none', (error) => error);

export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const timeout = await failure(fetch(`${upstream}/slow/20000`, { signal: AbortSignal.timeout(100) }));
  const controller = new AbortController();
  setTimeout(() => controller.abort('own reason'), 50);
  const aborted = await failure(fetch(`${upstream}/slow/20000`, { signal: controller.signal }));
  const before = await failure(fetch(`${upstream}/echo`, { signal: AbortSignal.abort() }));
  const during = new AbortController();
  const stream = await fetch(`${upstream}/stream/1000`, { signal: during.signal });
  setTimeout(() => during.abort(), 50);
  const body = await failure(stream.text());
  return Response.json({ timeout: timeout.name, aborted, before: before.name, body: body.name });
}
