export const handler = (request: Request): Response =>
  new Response('teapot', { status: Number(new URL(request.url).search.slice(1)) });
