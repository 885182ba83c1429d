import pg, { Client, DatabaseError, Pool, types } from 'ramekin:pg';

// Addresses are not looked at, and nothing is connected here.
const pool = new Pool({ connectionString: 'postgres://nobody:x@localhost:1/none', max: 3 });

const insert = 'INSERT INTO notes (body, data, tags, at, big, raw) VALUES ($1, $2, $3, $4, $5, $6)';
const values = ["it's", { a: [1] }, ['x', 'y "z"', null], new Date('2026-01-02T03:04:05.678Z'), '9007199254740993', Buffer.from([0, 1, 255])];
const count = async () => Number((await pool.query('SELECT count(*) AS n FROM notes')).rows[0].n);

export default async (request: Request) => {
  if (new URL(request.url).search === '?count') return Response.json({ rows: await count() });
  const inserted = await pool.query(insert, values);
  const { rows: [row], fields } = await pool.query('SELECT id, body, data, tags, at, big, raw FROM notes');
  const callback = await new Promise((resolve) => pool.query('SELECT body FROM notes WHERE id = $1', [row.id], (error, result) => resolve(error ?? result.rows[0].body)));
  const error = await pool.query('SELECT * FROM nowhere').catch((error) => error);
  const unique = await pool.query('INSERT INTO notes (id) VALUES ($1)', [row.id]).catch((error) => error);

  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('INSERT INTO notes (body) VALUES ($1)', ['gone']);
  await client.query('ROLLBACK');
  const rolledBack = await count();
  await client.query('begin isolation level serializable;');
  await client.query('INSERT INTO notes (body) VALUES ($1)', ['kept']);
  await client.query('COMMIT');
  const committed = await count();
  await client.query('BEGIN');
  await client.query('SELECT * FROM nowhere').catch(() => {});
  const aborted = await client.query('SELECT 1').catch((error) => error.code);
  await client.query('ROLLBACK');
  client.release();
  let released;
  try {
    client.release();
  } catch (error: any) {
    released = error.message;
  }
  const idle = [pool.totalCount, pool.idleCount, pool.waitingCount];
  const parallel = await Promise.all([1, 2, 3].map(async (number) => (await pool.query('SELECT $1::int AS n', [number])).rows[0].n));

  const single = new Client('postgres://localhost/none');
  await single.connect();
  const { rows: array } = await single.query({ text: 'SELECT body FROM notes WHERE id = $1', values: [row.id], rowMode: 'array' });
  const multiple = (await single.query('SELECT 1 AS n; SELECT 2 AS n')).rows[0].n;
  const interval = (await single.query("SELECT '1 hour 2 minutes'::interval AS i")).rows[0].i;
  await single.end();
  types.setTypeParser(20, (text: string) => parseInt(text, 10));
  const parsed = (await pool.query('SELECT 9007199254740993::bigint AS n')).rows[0].n;
  types.setTypeParser(20, (text: string) => text);
  const other = new Pool();
  await other.end();
  return Response.json({
    inserted: [inserted.command, inserted.rowCount],
    row: { ...row, raw: row.raw.toString('base64') },
    fields: [fields[0].name, fields[0].dataTypeID],
    array,
    callback,
    error: { code: error.code, name: error.name, severity: error.severity, position: error.position, database: error instanceof DatabaseError },
    unique: { code: unique.code, constraint: unique.constraint, table: unique.table },
    rolledBack,
    committed,
    aborted,
    idle,
    parsed,
    literal: pg.escapeLiteral("it's \\"),
    identifier: pg.escapeIdentifier('a"b'),
    nothing: (await pool.query('SELECT $1::text AS n', [undefined])).rows[0].n,
    multiple,
    released,
    ended: await other.query('SELECT 1').catch((error) => error.message),
    parallel,
    interval,
  });
};
