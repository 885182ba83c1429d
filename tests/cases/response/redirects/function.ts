export function handler(request: Request): Response {
  const kind = new URL(request.url).search.slice(1);
  if (kind === 'relative') return new Response('see there', { status: 303, headers: { location: '../other?a=b' } });
  return Response.redirect('https://example.org/new', Number(kind));
}
