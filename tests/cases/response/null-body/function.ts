export function handler(request: Request): Response {
  const kind = new URL(request.url).search.slice(1);
  if (kind === 'content') return new Response('content', { status: 204 });
  return new Response(null, { status: Number(kind), headers: { etag: '"a"' } });
}
