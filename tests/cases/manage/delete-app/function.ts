export default async (_request: Request, ctx: any) => {
  const { rows } = await ctx.db.query('SELECT count(*) AS n FROM notes');
  return Response.json({ notes: rows[0].n });
};
