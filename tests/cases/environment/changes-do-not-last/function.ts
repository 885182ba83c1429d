export function handler(_request: Request, ctx: { env: Record<string, string | undefined> }): Response {
  const before = ctx.env.COLOR;
  ctx.env.COLOR = 'blue';
  const deno = Deno.env.get('COLOR');
  Deno.env.set('COLOR', 'green');
  const set = Deno.env.get('COLOR');
  Deno.env.delete('COLOR');
  return Response.json({ before, after: ctx.env.COLOR, deno, set, deleted: Deno.env.get('COLOR') ?? null });
}
