export const handler = (request: Request): Response =>
  new Response(request.method, { headers: { 'x-method': request.method } });
