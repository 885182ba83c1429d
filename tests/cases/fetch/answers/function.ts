export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const teapot = await fetch(`${upstream}/status/418`);
  const cookies = await fetch(new URL(`${upstream}/cookies`));
  const bytes = new Uint8Array(await (await fetch(`${upstream}/bytes/1000`)).arrayBuffer());
  const gzip = await fetch(`${upstream}/gzip`);
  const plain = await fetch(new Request(`${upstream}/status/200`));
  let immutable = 'none';
  try {
    plain.headers.set('a', 'b');
  } catch (error) {
    immutable = (error as Error).name;
  }
  return Response.json({
    teapot: [teapot.status, teapot.ok, await teapot.text()],
    cookies: cookies.headers.getSetCookie(),
    bytes: [bytes[0], bytes[1], bytes[255], bytes.length],
    gzip: await gzip.json(),
    coding: gzip.headers.get('content-encoding'),
    missing: (await fetch(`${upstream}/no-such-thing`)).status,
    immutable,
    url: plain.url,
  });
}
