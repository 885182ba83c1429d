export default async (_request: Request, ctx: any) => {
  const { rows } = await ctx.db.query('SELECT recipient, subject, sent_at FROM outbox ORDER BY id');
  return Response.json(rows);
};
