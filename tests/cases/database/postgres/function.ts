import postgres from 'ramekin:postgres';

// The address is not looked at, and nothing is connected here.
const sql = postgres('postgres://nobody:x@localhost:1/none');
const camel = postgres({ transform: postgres.camel });

const count = async () => Number((await sql`select count(*) as n from notes`)[0].n);

export default async (request: Request) => {
  if (new URL(request.url).search === '?count') return Response.json({ rows: await count() });
  const note = { body: "it's", data: { a: [1] }, tags: ['x', 'y'], at: new Date('2026-01-02T03:04:05.678Z'), big: '9007199254740993', raw: Buffer.from([0, 1, 255]) };
  const inserted = await sql`insert into notes ${sql(note)} returning id, body`;
  const [row] = await sql`select body, data, tags, at, big, raw from notes where id = ${inserted[0].id}`;
  const many = await sql`insert into notes ${sql([{ body: 'b' }, { body: 'c' }], 'body')}`;
  const within = await sql`select body from notes where body in ${sql(['b', 'c'])} order by body`;
  const filter = (body: string | null) => (body === null ? sql`` : sql`where body = ${body}`);
  const where = await sql`select * from notes ${filter('b')}`;
  const [updated] = await sql`update notes set ${sql({ body: 'd' }, 'body')} where body = 'c' returning body`;
  const [named] = await sql`select ${sql('body')} from ${sql('notes')} where id = ${inserted[0].id}`;
  const [dynamic] = await sql`select ${sql(['body'])} from notes limit 1`;
  const error = await sql`select * from nowhere`.catch((error) => error);
  const rolledBack = await sql.begin(async (sql) => {
    await sql`insert into notes (body) values ('gone')`;
    throw new Error('back');
  }).catch(() => count());
  await sql.begin('isolation level serializable', (sql) => [sql`insert into notes (body) values ('kept')`]);
  const committed = await count();
  await sql.begin(async (sql) => {
    await sql`insert into notes (body) values ('kept too')`;
    await sql.savepoint(async (sql) => {
      await sql`insert into notes (body) values ('gone')`;
      throw new Error('back');
    }).catch(() => {});
  });
  let each = 0;
  await sql`select * from notes`.forEach(() => {
    each++;
  });
  const cursor: number[] = [];
  for await (const rows of sql`select * from notes`.cursor(2)) cursor.push(rows.length);
  const reserved = await sql.reserve();
  const [{ n }] = await reserved`select 1 as n`;
  reserved.release();
  const other = postgres();
  await other.end();
  let file;
  try {
    sql.file('x.sql');
  } catch (error: any) {
    file = error.message;
  }
  return Response.json({
    count: inserted.count,
    command: inserted.command,
    returned: inserted[0],
    row: { ...row, raw: row.raw.toString('base64') },
    many: many.count,
    in: within.map((row) => row.body),
    where: where.length,
    updated: updated.body,
    identifier: named.body,
    dynamic: Object.keys(dynamic),
    values: await sql`select body from notes where id = ${inserted[0].id}`.values(),
    unsafe: (await sql.unsafe('select $1::int + 1 as n', [2]))[0].n,
    columns: [inserted.columns[0].name, inserted.columns[0].type],
    error: { code: error.code, name: error.name },
    undefined: await sql`select ${undefined as any}`.catch((error) => error.code),
    rolledBack,
    committed,
    savepoint: await count(),
    camel: (await camel`select 1 as some_name`)[0],
    each,
    cursor,
    array: (await sql`select ${sql.array([1, 2])}::int[] as list`)[0].list,
    json: (await sql`select jsonb_typeof(${sql.json([1])}::jsonb) as kind, pg_typeof(${sql.json([1])}::jsonb)::text as type`)[0].type,
    reserved: n,
    ended: await other`select 1`.catch((error) => error.code),
    file,
  });
};
