export const handler = (request: Request): Response => Response.json(Object.fromEntries(request.headers));
