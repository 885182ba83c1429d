export const handler = (_request: Request, ctx: { request: { id: string } }): Response => Response.json({ id: ctx.request.id });
