export default async (request: Request, ctx: any) => {
  const left = async () => (await ctx.db.query('SELECT count(*) AS n FROM items')).rows[0].n;
  switch (new URL(request.url).search) {
    case '?twice':
      try {
        await ctx.db.asService(async (db: any) => {
          await db.query('INSERT INTO items VALUES ($1)', [1]);
          await db.query('INSERT INTO items VALUES ($1)', [1]);
        });
      } catch (error: any) {
        return Response.json({ name: error.name, code: error.fields.code, constraint: error.fields.constraint, left: await left() });
      }
      break;
    case '?throw':
      await ctx.db.asService(async (db: any) => {
        await db.query('INSERT INTO items VALUES (2)');
        throw new Error('on purpose');
      });
      break;
    case '?syntax':
      await ctx.db.query('SELEC 1');
      break;
    case '?ddl':
      return Response.json({ code: await ctx.db.query('CREATE TABLE mine (a int)').catch((error: any) => error.fields.code) });
  }
  return Response.json({ left: await left() });
};
