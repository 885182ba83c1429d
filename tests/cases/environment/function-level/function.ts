interface Context {
  env: Record<string, string>;
  app: { anonKey: string };
  caller: { type: string };
}

export function handler(request: Request, { env, app, caller }: Context): Response {
  if (request.url.endsWith('?anon')) return Response.json({ anonKey: app.anonKey, caller: caller.type });
  return Response.json(env);
}
