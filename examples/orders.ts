// Orders of signed-in users. Row-level security decides who sees which row, so no query here has a `WHERE user_id = …` that
// somebody could forget. `_schema.json` has the table and its rule; `orders.json` lets callers in who have not signed in.
//
//   GET             what the caller may see: their own orders, and public ones
//   GET ?public=1   what anybody may see
//   GET ?user=<id>  what that user may see: for a help desk that calls with an API key
//   POST            makes an order: { "item": "tea", "quantity": 2, "is_public": true }
interface Order {
  id: number;
  user_id: string;
  item: string;
  quantity: number;
  is_public: boolean;
}

interface Database {
  query(sql: string, parameters?: unknown[]): Promise<{ rows: Order[] }>;
}

interface Context {
  user: { id: string } | null;
  caller: { type: string };
  db: Database & {
    asUser<T>(userId: string, work: (db: Database) => Promise<T>): Promise<T>;
    asAnon<T>(work: (db: Database) => Promise<T>): Promise<T>;
  };
}

const COLUMNS = 'id, user_id, item, quantity, is_public';
const PAGE = 50;

function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

async function list(db: Database): Promise<Response> {
  const { rows } = await db.query(`SELECT ${COLUMNS} FROM orders ORDER BY id DESC LIMIT $1`, [PAGE]);
  return Response.json({ orders: rows });
}

async function create(db: Database, request: Request): Promise<Response> {
  const { item, quantity = 1, is_public = false } = (await request.json().catch(() => null)) ?? {};
  if (typeof item !== 'string' || item === '' || typeof is_public !== 'boolean') {
    return refuse(400, 'an order has an item, and is_public is true or false');
  }
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > 1_000) {
    return refuse(400, 'quantity must be a whole number from 1 to 1000');
  }
  // Nobody orders for somebody else: the database puts the caller's id into user_id, whatever a statement says.
  const { rows } = await db.query(
    `INSERT INTO orders (item, quantity, is_public) VALUES ($1, $2, $3) RETURNING ${COLUMNS}`,
    [item, quantity, is_public],
  );
  return Response.json(rows[0], { status: 201 });
}

export async function handler(request: Request, ctx: Context): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const userId = searchParams.get('user');
  if (request.method === 'GET' && searchParams.get('public') === '1') return ctx.db.asAnon(list);
  if (request.method === 'GET' && userId !== null) {
    return ctx.caller.type === 'service_key' ? ctx.db.asUser(userId, list) : refuse(403, 'this takes an API key');
  }
  // For a caller without a user, `ctx.db.query` runs as the app itself, which sees every row.
  if (ctx.user === null) return refuse(401, 'sign in first');
  if (request.method === 'GET') return list(ctx.db);
  if (request.method === 'POST') return create(ctx.db, request);
  return Response.json({ error: 'use GET or POST' }, { status: 405, headers: { allow: 'GET, POST' } });
}
