export default async (request: Request, ctx: any) => {
  const { claim } = ctx.idempotency;
  const id = crypto.randomUUID();
  switch (new URL(request.url).search) {
    case '?many': {
      const claims = await Promise.all(Array.from({ length: 64 }, () => claim(id)));
      return Response.json({ held: claims.filter(Boolean).length, refused: claims.filter((held) => !held).length });
    }
    case '?scopes':
      return Response.json([await claim(id), await claim(id), await claim(id, { scope: 'other' })]);
    case '?expires': {
      const before = [await claim(id, { ttlSeconds: 1 }), await claim(id, { ttlSeconds: 1 })];
      await new Promise((resolve) => setTimeout(resolve, 1200));
      return Response.json([...before, await claim(id)]);
    }
    default: {
      const long = id.padEnd(255, 'x');
      return Response.json([await claim(long), await claim(`${long}x`).catch((error: Error) => error.message)]);
    }
  }
};
