export function handler(_request: Request, ctx: Record<string, any>): Response {
  const { user, caller, app, request } = ctx;
  const types = Object.fromEntries(['env', 'waitUntil', 'invoke', 'db', 'idempotency'].map((name) => [name, typeof ctx[name]]));
  const same = ctx.app === ctx.app && ctx.env === ctx.env && Object.keys(ctx).includes('request');
  return Response.json({ user, caller, app, request, types, same });
}
