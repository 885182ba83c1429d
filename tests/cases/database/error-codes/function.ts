export default async (request: Request, ctx: any): Promise<Response> => {
  if (request.url.endsWith('thrown')) {
    await null;
    await ctx.db.query('select * from nowhere');
  }
  const error = await ctx.db.query('select 1 / $1::int', [0]).catch((error: any) => error);
  return Response.json({ code: error.code, severity: error.severity, fields: error.fields.code, stack: error.stack.split('\n')[0], keys: Object.keys(error) });
};
