export async function handler(request: Request, ctx: any): Promise<Response> {
  const depth = request.headers.get('x-butterbase-loop-depth');
  try {
    const inner = await ctx.invoke(ctx.request.functionName);
    const { depths, error } = await inner.json();
    return Response.json({ depths: [depth, ...depths], error });
  } catch (error) {
    return Response.json({ depths: [depth], error: (error as Error).message });
  }
}
