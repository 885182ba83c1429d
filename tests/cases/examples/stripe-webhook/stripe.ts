// Signs what it is sent, as Stripe does.
import Stripe from 'npm:stripe@23.1.0';

export default async (request: Request) => {
  const { searchParams } = new URL(request.url);
  const signature = await Stripe.webhooks.generateTestHeaderStringAsync({
    payload: await request.text(),
    secret: searchParams.get('secret')!,
    timestamp: Math.floor(Date.now() / 1_000) - Number(searchParams.get('age') ?? 0),
  });
  return Response.json({ signature });
};
