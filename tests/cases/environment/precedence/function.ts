export function handler(request: Request, ctx: { env: Record<string, string> }): Response {
  const { env } = ctx;
  if (request.url.endsWith('?keys')) return Response.json(Object.keys(env).sort());
  const pick = (platform: boolean) =>
    Object.fromEntries(Object.entries(env).filter(([name]) => (name.startsWith('BUTTERBASE_') && name !== 'BUTTERBASE_API_KEY') === platform));
  return Response.json({
    own: pick(false),
    platform: pick(true),
    same: JSON.stringify(Deno.env.toObject()) === JSON.stringify(env),
    missing: Deno.env.get('MISSING') ?? null,
    has: [Deno.env.has('EMPTY'), Deno.env.has('MISSING')],
  });
}
