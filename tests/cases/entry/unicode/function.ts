const grüße = '🍮';

export function handler(request: Request): Response {
  const found = new URL(request.url).searchParams.get(grüße);
  return Response.json({ grüße: `${found} \u{1F36E}`, length: grüße.length });
}
