import Stripe from "npm:stripe@23.1.0";

const upstream = new URL(Deno.env.get("UPSTREAM")!);
const stripe = new Stripe("sk_test_1", {
  host: upstream.hostname,
  port: Number(upstream.port),
  protocol: "http",
  httpClient: Stripe.createFetchHttpClient(),
  maxNetworkRetries: 0,
});
const SECRET = "whsec_test";
const PAYLOAD = JSON.stringify({ id: "evt_1", object: "event", type: "checkout.session.completed", data: { object: { id: "cs_1" } } });

export default async () => {
  const intent = await stripe.paymentIntents.create(
    { amount: 2000, currency: "eur", payment_method_types: ["card"], metadata: { "order id": "6735 & more" } },
    { idempotencyKey: "key-1" },
  );
  const customers: string[] = [];
  for await (const customer of stripe.customers.list({ limit: 2 })) customers.push(customer.id);
  const missing = await stripe.customers.retrieve("none").catch((error) => error);

  const signature = await stripe.webhooks.generateTestHeaderStringAsync({ payload: PAYLOAD, secret: SECRET });
  const event = await stripe.webhooks.constructEventAsync(PAYLOAD, signature, SECRET);
  const provided = await stripe.webhooks.constructEventAsync(PAYLOAD, signature, SECRET, undefined, Stripe.createSubtleCryptoProvider());
  const forged = await stripe.webhooks.constructEventAsync(PAYLOAD + " ", signature, SECRET).catch((error) => error);
  const old = await stripe.webhooks
    .constructEventAsync(PAYLOAD, await stripe.webhooks.generateTestHeaderStringAsync({ payload: PAYLOAD, secret: SECRET, timestamp: 1 }), SECRET)
    .catch((error) => error);
  return Response.json({
    intent: [intent.id, intent.client_secret, intent.lastResponse.requestId],
    customers,
    missing: [missing instanceof Stripe.errors.StripeInvalidRequestError, missing.statusCode, missing.code, missing.message],
    event: [event.type, provided.id],
    forged: [forged.type, forged.message.split(".")[0]],
    old: old.message,
  });
};
