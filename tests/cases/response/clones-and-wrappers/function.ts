export async function handler(request: Request): Promise<Response> {
  const original = new Response('abc', { status: 203, headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2']] });
  const clone = original.clone();
  const first = await original.text();
  let used = '';
  try {
    original.clone();
  } catch (error) {
    used = (error as Error).name;
  }
  const rewrapped = new Response(clone.clone().body, clone);
  return Response.json({
    first,
    second: await clone.text(),
    used,
    rewrapped: `${await rewrapped.text()}!`,
    status: rewrapped.status,
    cookies: rewrapped.headers.getSetCookie(),
    echoed: await new Response(request.body).text(),
  });
}
