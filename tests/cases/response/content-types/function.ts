export function handler(request: Request): Response {
  switch (new URL(request.url).search) {
    case '?json':
      return Response.json({ a: 1 });
    case '?form':
      return new Response(new URLSearchParams({ a: 'b c' }));
    case '?none':
      return new Response();
    case '?own':
      return new Response('<p>', { headers: { 'Content-Type': 'text/html' } });
    default:
      return new Response('text €');
  }
}
