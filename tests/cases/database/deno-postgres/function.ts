import { Client, Pool, PostgresError } from 'ramekin:deno-postgres';

// The address is not looked at, and nothing is connected here.
const pool = new Pool('postgres://nobody:x@localhost:1/none', 2, true);
const client = new Client({ hostname: 'localhost', database: 'none' });

const count = async () => {
  using connection = await pool.connect();
  return Number((await connection.queryArray('SELECT count(*) FROM notes')).rows[0][0]);
};

export default async (request: Request) => {
  if (new URL(request.url).search === '?count') return Response.json({ rows: await count() });
  await client.connect();
  const values = ["it's", { a: [1] }, ['x', 'y'], new Date('2026-01-02T03:04:05.678Z'), 9007199254740993n, new Uint8Array([0, 1, 255])];
  const inserted = await client.queryObject('INSERT INTO notes (body, data, tags, at, big, raw) VALUES ($1, $2, $3, $4, $5, $6)', values);
  const selected = await client.queryObject<any>('SELECT id, body, data, tags, at, big, raw FROM notes');
  const [row] = selected.rows;
  const error: any = await client.queryArray`SELECT * FROM nowhere`.catch((error: unknown) => error);

  const back = client.createTransaction('back');
  await back.begin();
  await back.queryArray`INSERT INTO notes (body) VALUES (${'gone'})`;
  const locked = await client.queryArray('SELECT 1').catch((error: Error) => error.message);
  await back.rollback();
  const rolledBack = await count();
  const kept = client.createTransaction('kept', { isolation_level: 'serializable' });
  await kept.begin();
  await kept.queryArray`INSERT INTO notes (body) VALUES (${'kept'})`;
  await kept.commit();
  const committed = await count();
  const failing = client.createTransaction('failing');
  await failing.begin();
  const aborted = await failing.queryArray('SELECT * FROM nowhere').catch((error: Error) => error.name);
  const saving = client.createTransaction('saving');
  await saving.begin();
  await saving.queryArray("INSERT INTO notes (body) VALUES ('kept too')");
  const point = await saving.savepoint('here');
  await saving.queryArray("INSERT INTO notes (body) VALUES ('gone')");
  await saving.rollback(point);
  await saving.commit();
  const connection = await pool.connect();
  const available = [pool.size, pool.available];
  connection.release();
  await null;
  const result = {
    inserted: [inserted.command, inserted.rowCount],
    row: { ...row, big: `${row.big}n`, raw: [...row.raw] },
    array: (await client.queryArray('SELECT body FROM notes WHERE id = $1', [row.id])).rows,
    template: (await client.queryObject<any>`SELECT body FROM notes WHERE id = ${row.id}`).rows[0].body,
    named: (await client.queryObject<any>('SELECT body FROM notes WHERE id = $id', { ID: row.id })).rows[0].body,
    camel: (await client.queryObject({ text: 'SELECT 1 AS some_name', camelCase: true })).rows[0],
    fields: (await client.queryObject({ text: 'SELECT 1', fields: ['n'] })).rows[0],
    error: { name: error instanceof PostgresError && error.name, code: error.fields?.code },
    rolledBack,
    committed,
    aborted,
    savepoint: await count(),
    locked,
    pool: [...available, pool.available],
    columns: [selected.rowDescription!.columns[0].name, selected.rowDescription!.columns[0].typeOid],
  };
  await client.end();
  return Response.json(result);
};
