export async function handler(_request: Request, ctx: any): Promise<Response> {
  const call = (body: unknown): Promise<Response> => ctx.invoke(`${ctx.request.functionName}-callee`, body);
  const told = async (response: Response) => [response.status, (await response.json()).error];
  const together = await Promise.all(Array.from({ length: 8 }, () => call({ what: 'set' })));
  return Response.json({
    together: together.map((response) => response.status),
    state: (globalThis as any).state ?? null,
    slow: await told(await call({ what: 'slow' })),
    hungry: await told(await call({ what: 'hungry' })),
    large: (await call('x'.repeat(10 * 1024 * 1024 + 1))).status,
    after: (await call({ what: 'set' })).status,
  });
}
