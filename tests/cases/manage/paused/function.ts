export async function handler(request: Request, ctx: any): Promise<Response> {
  const { peer } = request.method === 'POST' ? await request.json() : { peer: undefined };
  if (peer === undefined) return Response.json({ called: 'itself' });
  const response = await ctx.invoke(peer);
  const { error } = await response.json();
  return Response.json({ status: response.status, code: error.code });
}
