type Context = { db: { query(sql: string, values?: unknown[]): Promise<{ rows: unknown[] }> } };

const sleep = (ctx: Context, seconds: number) => ctx.db.query('SELECT pg_sleep($1::float8), $1::float8 AS seconds', [seconds]);
const after = (ms: number, what: string) => new Promise<string>((resolve) => setTimeout(resolve, ms, what));

export async function handler(_: Request, ctx: Context): Promise<Response> {
  const events: string[] = [];
  const told = (what: string) => () => events.push(what);

  // A timer that is set beside a query, before it and after it.
  events.push(await Promise.race([sleep(ctx, 1).then(() => 'query'), after(20, 'timer after the query')]));
  events.push(await Promise.race([after(20, 'timer before the query'), sleep(ctx, 1).then(() => 'query')]));

  // Three end in the order of their lengths, not in the one in which they were asked for.
  await Promise.all([sleep(ctx, 0.6).then(told('long')), sleep(ctx, 0).then(told('short')), sleep(ctx, 0.3).then(told('middle'))]);

  // One that is asked for when another has ended, while a third goes on.
  const slow = sleep(ctx, 1).then(told('slow'));
  await sleep(ctx, 0.01).then(told('first'));
  await sleep(ctx, 0.01).then(told('second'));
  await slow;

  // One that nobody waits for does not keep the response.
  const { rows } = await sleep(ctx, 0);
  void sleep(ctx, 20);
  return Response.json({ events, rows: rows.length });
}
