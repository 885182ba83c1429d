// Takes events of a payment provider, each once: a provider sends an event again until it is answered with 200, and may
// send it more than once anyway. `_schema.json` has the tables.
//
// The provider shows a shared secret. One that signs its events, as Stripe does with `Stripe-Signature`, is for a webhook
// trigger: that checks the signature before the function runs.
interface Database {
  query(sql: string, parameters?: unknown[]): Promise<{ rowCount: number | null }>;
}

interface Context {
  env: Record<string, string | undefined>;
  db: { asService<T>(work: (db: Database) => Promise<T>): Promise<T> };
  idempotency: { claim(key: string, options: { scope: string; ttlSeconds: number }): Promise<boolean> };
}

interface PaymentEvent {
  id: string;
  type: string;
  data: { object: { id: string; amount: number; currency: string; receipt_email: string } };
}

function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

/** Compares every byte of what was sent, so that the time it takes says nothing of where the secret differs. */
function isSame(sent: string, secret: string): boolean {
  const encoder = new TextEncoder();
  const [a, b] = [encoder.encode(sent), encoder.encode(secret)];
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= a[at] ^ (b[at] ?? 0);
  return difference === 0;
}

/** Writes the payment and its receipt: within a transaction, so there are both or none. Says whether there was none yet. */
async function record(db: Database, event: PaymentEvent): Promise<boolean> {
  const { id, amount, currency, receipt_email } = event.data.object;
  const { rowCount } = await db.query(
    `INSERT INTO payments (event_id, payment_id, amount, currency) VALUES ($1, $2, $3, $4)
     ON CONFLICT (event_id) DO NOTHING`,
    [event.id, id, amount, currency],
  );
  if (rowCount === 0) return false;
  const subject = `Receipt for ${(amount / 100).toFixed(2)} ${currency.toUpperCase()}`;
  await db.query('INSERT INTO outbox (recipient, subject) VALUES ($1, $2)', [receipt_email, subject]);
  return true;
}

export async function handler(request: Request, ctx: Context): Promise<Response> {
  const secret = ctx.env.WEBHOOK_SECRET;
  if (!secret) return refuse(503, 'set WEBHOOK_SECRET to the secret that the provider shows');
  if (!isSame(request.headers.get('x-webhook-secret') ?? '', secret)) {
    return refuse(401, 'x-webhook-secret is not the secret');
  }
  const event: PaymentEvent | null = await request.json().catch(() => null);
  if (typeof event?.id !== 'string' || event.id === '') return refuse(400, 'the body must be an event with an id');
  if (event.type !== 'payment_intent.succeeded') return Response.json({ received: true, ignored: event.type });

  // Of deliveries at the same moment, one gets the claim. It ends after five minutes, for a call may be cut off before it can
  // give it back; from then on the primary key of the table keeps deliveries apart.
  const claimed = await ctx.idempotency.claim(event.id, { scope: 'payments', ttlSeconds: 300 });
  if (!claimed) return Response.json({ received: true, duplicate: true });
  try {
    const isNew = await ctx.db.asService((db) => record(db, event));
    return Response.json({ received: true, duplicate: !isNew });
  } catch (error) {
    // The claim outlives a failed call. Without it, the next delivery tries again.
    const release = "DELETE FROM _idempotency_keys WHERE scope = 'payments' AND key = $1";
    await ctx.db.asService((db) => db.query(release, [event.id]));
    throw error;
  }
}
