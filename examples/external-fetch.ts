// Calls another service with a key from the environment. The key stays on the server: callers never see it.
interface Context {
  env: Record<string, string | undefined>;
}

export async function handler(request: Request, ctx: Context): Promise<Response> {
  const base = ctx.env.WEATHER_URL;
  if (base === undefined) {
    return Response.json({ error: 'set WEATHER_URL, and WEATHER_KEY if the service asks for one' }, { status: 503 });
  }
  const city = new URL(request.url).searchParams.get('city') ?? 'Lisbon';
  const answer = await fetch(`${base}?city=${encodeURIComponent(city)}`, {
    headers: { authorization: `Bearer ${ctx.env.WEATHER_KEY ?? ''}` },
    signal: AbortSignal.timeout(5_000),
  });
  if (!answer.ok) {
    return Response.json({ error: `the weather service answered ${answer.status}` }, { status: 502 });
  }
  return Response.json({ city, weather: await answer.json() });
}
