const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export function handler(_request: Request, ctx: any): Response {
  const work = async (): Promise<void> => {
    await wait(800);
    const { rows } = await ctx.db.query('SELECT 1 + 1 AS two');
    console.log(`the database says ${rows[0].two}`);
    ctx.waitUntil(wait(300).then(() => console.log('registered later')));
    throw new Error('failed after the response');
  };
  ctx.waitUntil(work());
  return new Response('soon');
}
