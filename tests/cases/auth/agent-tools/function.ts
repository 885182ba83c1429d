export const handler = async (request: Request, ctx): Promise<Response> => {
  const text = await request.text();
  const args = JSON.parse(text);
  if (args.fail) throw new Error('boom');
  if (args.status) return Response.json({ found: false }, { status: args.status });
  if (args.plain) return new Response('plain');
  if (args.size) return new Response('x'.repeat(args.size));
  const header = (name: string) => request.headers.get(name);
  return Response.json({
    method: request.method,
    url: request.url,
    text,
    type: header('content-type'),
    run: header('x-run-id'),
    app: header('x-app-id'),
    user: header('x-user-id'),
    token: header('x-internal-service-token'),
    ctx: { user: ctx.user, caller: ctx.caller, ip: ctx.request.ip },
    role: (await ctx.db.query('SELECT current_user AS role')).rows[0].role,
  });
};
