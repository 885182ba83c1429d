export const handler = (_request: Request, ctx: { env: Record<string, string> }): Response => Response.json(ctx.env);
