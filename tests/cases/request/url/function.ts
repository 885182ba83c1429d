export const handler = (request: Request): Response =>
  Response.json({ url: request.url, host: request.headers.get('host') });
