const TOO_LONG = 4_000;

export default async (request: Request, ctx: any) => {
  const begun = Date.now();
  const quick = () => Date.now() - begun < TOO_LONG;
  const one = async (db: any, n: number) => (await db.query('SELECT $1::int AS n', [n])).rows[0].n;
  const inside = async (left: number, innermost: () => Promise<number>): Promise<number> =>
    left === 0 ? innermost() : ctx.db.asService(async (db: any) => (await inside(left - 1, innermost)) + (await one(db, 1)));
  const parameters = new URL(request.url).searchParams;
  if (parameters.has('beside')) {
    const beside = Number(parameters.get('beside'));
    const all = await Promise.all(Array.from({ length: beside }, () => ctx.db.asService((db: any) => one(db, 1))));
    return Response.json({ done: all.length, quick: quick() });
  }
  if (parameters.has('two')) {
    const two = async () => {
      const outcomes = await Promise.allSettled([inside(1, async () => 0), inside(1, async () => 0)]);
      return outcomes.filter((outcome) => outcome.status === 'rejected').length;
    };
    return Response.json({ refused: (await inside(3, two)) - 3, quick: quick() });
  }
  try {
    return Response.json({ deep: await inside(Number(parameters.get('inside')), async () => 0), quick: quick() });
  } catch (error: any) {
    return Response.json({ refused: error.message, quick: quick() });
  }
};
