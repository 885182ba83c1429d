export default (request: Request): Response => Response.json({ cookie: request.headers.get('cookie'), other: request.headers.get('x-a') });
