export default async (request: Request, ctx: any) => {
  const url = new URL(request.url);
  const ids = async (db: any) => (await db.query('SELECT id::int AS id FROM notes ORDER BY id')).rows.map((row: any) => row.id);
  const fill = url.searchParams.get('fill');
  if (fill !== null) {
    const { rowCount } = await ctx.db.query('INSERT INTO notes (author, body) VALUES ($1, $2), ($3, $2), ($4, $2)', [fill, 'x', 'u2', 'u3']);
    return Response.json({ inserted: rowCount });
  }
  if (url.searchParams.has('steal')) {
    const refused = await ctx.db.query("UPDATE notes SET author = 'u2'").then(() => null, (error: any) => error.fields.code);
    const { rowCount } = await ctx.db.query("UPDATE notes SET body = 'stolen' WHERE author = 'u2'");
    return Response.json({ refused, updated: rowCount });
  }
  const [plain, asUser, asAnon, asService] = await Promise.all([
    ids(ctx.db), ctx.db.asUser('u2', ids), ctx.db.asAnon(ids), ctx.db.asService(ids),
  ]);
  return Response.json({ plain, asUser, asAnon, asService });
};
