export default async (_request: Request, ctx: any) => {
  const { rows } = await ctx.db.query('SELECT event_id, payment_id, amount, currency FROM payments ORDER BY event_id');
  return Response.json(rows);
};
