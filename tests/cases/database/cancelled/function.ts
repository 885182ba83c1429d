export default async (request: Request, ctx: any) => {
  if (request.url.endsWith('?sleep')) await ctx.db.query('SELECT pg_sleep(60)');
  const { rows } = await ctx.db.query("SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%'");
  return Response.json({ sleeping: rows[0].n });
};
