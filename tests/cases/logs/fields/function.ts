export function handler(request: Request): Response {
  if (request.url.includes('fail')) throw new Error('asked to');
  return new Response('ok', { status: request.url.includes('missing') ? 404 : 200 });
}
