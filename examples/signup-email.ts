// Answers a sign-up at once, and puts the welcome mail into the outbox afterwards: `ctx.db` works on in what `waitUntil` is
// given. `_schema.json` has the table.
interface Context {
  db: { query(sql: string, parameters?: unknown[]): Promise<{ rows: { id: number }[] }> };
  waitUntil(work: Promise<unknown>): void;
}

async function welcome(ctx: Context, email: string): Promise<void> {
  // Stands for work that takes a while, such as writing the mail.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const { rows } = await ctx.db.query('INSERT INTO outbox (recipient, subject) VALUES ($1, $2) RETURNING id', [
    email,
    'Welcome!',
  ]);
  // Logs are kept and read by many: the number of the mail will do.
  console.log(`mail ${rows[0].id} is in the outbox`);
}

export async function handler(request: Request, ctx: Context): Promise<Response> {
  const { email } = (await request.json().catch(() => null)) ?? {};
  if (typeof email !== 'string' || !email.includes('@')) {
    return Response.json({ error: 'send { "email": "…" } with POST' }, { status: 400 });
  }
  ctx.waitUntil(welcome(ctx, email));
  return Response.json({ accepted: email }, { status: 202 });
}
