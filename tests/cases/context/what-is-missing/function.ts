async function message(attempt: () => Promise<unknown>): Promise<string> {
  try {
    await attempt();
    return 'worked';
  } catch (error) {
    return (error as Error).message;
  }
}

export async function handler(_request: Request, ctx: any): Promise<Response> {
  return Response.json({
    invokeDO: await message(() => ctx.invokeDO('other')),
    execute: await message(() => ctx.integrations.execute('tool')),
  });
}
