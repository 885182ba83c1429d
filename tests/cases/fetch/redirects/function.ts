const nameOf = (attempt: Promise<unknown>): Promise<string> => attempt.then(() => 'none', (error) => error.name);

export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const follow = await fetch(`${upstream}/redirect/2`, { method: 'POST', body: 'x' });
  const manual = await fetch(`${upstream}/redirect/2`, { redirect: 'manual' });
  return Response.json({
    follow: { status: follow.status, url: follow.url, redirected: follow.redirected, method: (await follow.json()).method },
    manual: { status: manual.status, location: manual.headers.get('location') },
    error: await nameOf(fetch(`${upstream}/redirect/1`, { redirect: 'error' })),
    endless: await nameOf(fetch(`${upstream}/redirect/1000`)),
  });
}
