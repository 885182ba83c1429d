export async function handler(request: Request): Promise<Response> {
  const body = request.method === 'POST' ? await request.json() : {};
  if (request.url.endsWith('?throw') || body.throw) throw new Error('boom');
  return new Promise(() => {});
}
