export default async (_request: Request, ctx: any) => {
  const payments = await ctx.db.query('SELECT event_id, payment_id, amount, currency FROM payments ORDER BY event_id');
  const mails = await ctx.db.query('SELECT recipient, subject FROM outbox ORDER BY id');
  return Response.json({ payments: payments.rows, mails: mails.rows });
};
