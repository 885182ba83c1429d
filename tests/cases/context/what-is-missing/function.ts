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
    db: await message(() => ctx.db.query('select 1')),
    claim: await message(() => ctx.idempotency.claim('key')),
    invoke: await message(() => ctx.invoke('other')),
  });
}
