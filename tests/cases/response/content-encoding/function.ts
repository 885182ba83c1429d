// "hello", compressed.
const GZIP = Uint8Array.from(atob('H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA=='), (char) => char.charCodeAt(0));

export function handler(request: Request): Response {
  if (request.url.endsWith('?plain')) return Response.json({ ok: true });
  return new Response(GZIP, { headers: { 'content-encoding': 'gzip', 'content-type': 'text/plain' } });
}
