// What a user can do to the rows of another, by whatever SQL.
export default async (request: Request, ctx: any) => {
  const other = new URL(request.url).searchParams.get('other');
  const { rows } = await ctx.db.query("INSERT INTO orders (user_id, item) VALUES ($1, 'forged') RETURNING user_id", [other]);
  const given = await ctx.db.query('UPDATE orders SET user_id = $1', [other]).then(() => null, (error: any) => error.fields.code);
  const changed = await ctx.db.query("UPDATE orders SET item = 'changed' WHERE user_id = $1", [other]);
  const deleted = await ctx.db.query('DELETE FROM orders WHERE user_id = $1', [other]);
  return Response.json({ inserted: rows[0].user_id, given, changed: changed.rowCount, deleted: deleted.rowCount });
};
