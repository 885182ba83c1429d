async function message(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
    return 'worked';
  } catch (error) {
    return (error as Error).message;
  }
}

export async function handler(request: Request, ctx: any): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const to = query.get('to') ?? '';
  const forged = { 'x-mine': '1', 'x-user-id': 'forged', 'x-butterbase-loop-depth': '0', 'content-type': 'text/plain' };
  let response: Response;
  switch (query.get('way')) {
    case 'wrong':
      return Response.json([
        await message(() => ctx.invoke(undefined)),
        await message(() => ctx.invoke(to, () => 1)),
        await message(() => ctx.invoke(to, {}, { method: 'A B' })),
      ]);
    case 'text':
      response = await ctx.invoke(to, 'as it is');
      break;
    case 'none':
      response = await ctx.invoke(to);
      break;
    case 'get':
      response = await ctx.invoke(to, { not: 'sent' }, { method: 'get' });
      break;
    case 'stream':
    case 'throw':
      response = await ctx.invoke(to, { way: query.get('way') });
      break;
    default:
      response = await ctx.invoke(to, { a: [1, 'ä'] }, { headers: forged });
  }
  const text = await response.text();
  const answer = { status: response.status, ok: response.ok, url: response.url, headers: Object.fromEntries(response.headers) };
  return Response.json(response.status === 201 ? { ...answer, body: JSON.parse(text) } : { ...answer, text });
}
