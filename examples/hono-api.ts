// An API of several routes with Hono: middleware, parameters of paths, errors. `_schema.json` has the table.
//
// A function has one address, and nothing follows its name. So the route is in the query, and `getPath` tells Hono so:
//
//   GET    ?path=/todos                           all of them
//   POST   ?path=/todos     {"title": "tea"}      adds one
//   PATCH  ?path=/todos/1   {"done": true}        changes one
//   DELETE ?path=/todos/1                         removes one
//
// Everybody may read. Changes take `authorization: Bearer …` with TODO_TOKEN of the environment.
import { Hono } from 'npm:hono@4.13.19';
import { bearerAuth } from 'npm:hono@4.13.19/bearer-auth';
import { HTTPException } from 'npm:hono@4.13.19/http-exception';
import { secureHeaders } from 'npm:hono@4.13.19/secure-headers';
import { timingSafeEqual } from 'npm:hono@4.13.19/utils/buffer';

interface Todo {
  id: number;
  title: string;
  done: boolean;
}

/** What the function gets beside the request is `c.env` of Hono. */
interface Context {
  env: Record<string, string | undefined>;
  db: { query(sql: string, parameters?: unknown[]): Promise<{ rows: Todo[] }> };
}

const app = new Hono<{ Bindings: Context }>({
  getPath: (request) => new URL(request.url).searchParams.get('path') ?? '/',
});

app.use(secureHeaders());
app.on(
  ['POST', 'PATCH', 'DELETE'],
  '*',
  bearerAuth({
    verifyToken(sent, c) {
      const token = (c.env as Context).env.TODO_TOKEN;
      if (!token) throw new HTTPException(503, { message: 'set TODO_TOKEN to a secret for those who may change things' });
      return timingSafeEqual(sent, token);
    },
  }),
);

app.get('/', (c) => c.json({ try: '?path=/todos' }));

app.get('/todos', async (c) => {
  const { rows } = await c.env.db.query('SELECT id, title, done FROM todos ORDER BY id LIMIT 100');
  return c.json({ todos: rows });
});

app.post('/todos', async (c) => {
  const { title } = await body(c.req);
  if (typeof title !== 'string' || title.trim() === '') throw new HTTPException(400, { message: 'a todo has a title' });
  const { rows } = await c.env.db.query('INSERT INTO todos (title) VALUES ($1) RETURNING id, title, done', [title.trim()]);
  return c.json(rows[0], 201);
});

app.patch('/todos/:id{[0-9]{1,9}}', async (c) => {
  const { done } = await body(c.req);
  if (typeof done !== 'boolean') throw new HTTPException(400, { message: 'done is true or false' });
  const change = 'UPDATE todos SET done = $2 WHERE id = $1 RETURNING id, title, done';
  const { rows } = await c.env.db.query(change, [c.req.param('id'), done]);
  return rows.length === 0 ? c.notFound() : c.json(rows[0]);
});

app.delete('/todos/:id{[0-9]{1,9}}', async (c) => {
  const { rows } = await c.env.db.query('DELETE FROM todos WHERE id = $1 RETURNING id', [c.req.param('id')]);
  return rows.length === 0 ? c.notFound() : c.body(null, 204);
});

app.notFound((c) => c.json({ error: `there is no ${c.req.method} ${c.req.path}` }, 404));

app.onError((error, c) => {
  // Middleware refuses with exceptions that hold the answer. What nobody has thought of becomes a 500, and a stack in the log.
  if (!(error instanceof HTTPException)) throw error;
  return error.res ?? c.json({ error: error.message }, error.status);
});

async function body(request: { json(): Promise<unknown> }): Promise<Record<string, unknown>> {
  const sent = await request.json().catch(() => null);
  if (typeof sent !== 'object' || sent === null) throw new HTTPException(400, { message: 'the body must be a JSON object' });
  return sent as Record<string, unknown>;
}

export default app;
