// Takes events of Stripe with Stripe's own package: checks who has signed them and when, and handles each once, for Stripe
// sends an event again until it is answered with 200, and may send it more than once anyway. `_schema.json` has the table.
//
// STRIPE_WEBHOOK_SECRET is what Stripe shows for the endpoint (`whsec_…`). Verifying needs no API key.
import Stripe from 'npm:stripe@23.1.0';

interface Database {
  query(sql: string, parameters?: unknown[]): Promise<{ rowCount: number | null }>;
}

interface Context {
  env: Record<string, string | undefined>;
  db: { asService<T>(work: (db: Database) => Promise<T>): Promise<T> };
  idempotency: { claim(key: string, options: { scope: string; ttlSeconds: number }): Promise<boolean> };
}

function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

async function record(db: Database, event: Stripe.PaymentIntentSucceededEvent): Promise<void> {
  const { id, amount_received, currency } = event.data.object;
  // The claim ends after a while; the primary key does not.
  await db.query(
    `INSERT INTO payments (event_id, payment_id, amount, currency) VALUES ($1, $2, $3, $4)
     ON CONFLICT (event_id) DO NOTHING`,
    [event.id, id, amount_received, currency],
  );
}

export async function handler(request: Request, ctx: Context): Promise<Response> {
  const secret = ctx.env.STRIPE_WEBHOOK_SECRET;
  if (!secret) return refuse(503, 'set STRIPE_WEBHOOK_SECRET to the signing secret of the endpoint');
  const signature = request.headers.get('stripe-signature');
  if (signature === null) return refuse(400, 'there is no stripe-signature');

  let event: Stripe.Event;
  try {
    // What is signed are the bytes as they were sent: parsed and written again, they are others. An event that was signed more
    // than five minutes ago is refused too, so that nobody can send one again that they have seen.
    event = await Stripe.webhooks.constructEventAsync(await request.text(), signature, secret);
  } catch (error) {
    // The reason is for the log: whoever tries signatures need not know how close they are.
    console.warn(error instanceof Error ? error.message : error);
    return refuse(400, 'the signature is not valid');
  }
  if (event.type !== 'payment_intent.succeeded') return Response.json({ received: true, ignored: event.type });

  // Of deliveries at the same moment, one gets the claim.
  const claimed = await ctx.idempotency.claim(event.id, { scope: 'stripe', ttlSeconds: 300 });
  if (!claimed) return Response.json({ received: true, duplicate: true });
  try {
    await ctx.db.asService((db) => record(db, event));
    return Response.json({ received: true });
  } catch (error) {
    // The claim outlives a failed call. Without it, the next delivery tries again.
    const release = "DELETE FROM _idempotency_keys WHERE scope = 'stripe' AND key = $1";
    await ctx.db.asService((db) => db.query(release, [event.id]));
    throw error;
  }
}
