interface Context {
  user: { id: string } | null;
  caller: { type: string };
}

export async function handler(request: Request, ctx: Context): Promise<Response> {
  const header = (name: string) => request.headers.get(name);
  const seen = {
    method: request.method,
    url: request.url,
    type: header('content-type'),
    body: await request.text(),
    x: header('x-not'),
    cookie: header('cookie'),
    authorization: header('authorization'),
    user: ctx.user?.id,
    caller: ctx.caller.type,
  };
  return Response.json(seen, { status: 201, headers: { 'x-own': '1', 'set-cookie': 'a=b' } });
}
