export const handler = (_request: Request, ctx): Response => Response.json({ ip: ctx.request.ip });
