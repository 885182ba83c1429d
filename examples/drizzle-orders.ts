// Queries with Drizzle, over the same orders as `orders.ts`. The driver that Drizzle imports, `pg`, is here the engine's own: it
// needs no address and no password, and its queries run as the caller. So row-level security decides who sees which row, and
// no query has a `WHERE user_id = …` that somebody could forget. `_schema.json` has the table and its rule.
//
//   GET                 the caller's orders, and public ones
//   GET ?item=tea       those of an item
//   GET ?totals         how much of what
//   POST [{"item": "tea", "quantity": 2}, …]     makes orders: all of them or none
import { desc, eq, sum, TransactionRollbackError } from 'npm:drizzle-orm@0.45.4';
import { drizzle } from 'npm:drizzle-orm@0.45.4/node-postgres';
import { bigserial, boolean, integer, pgTable, text } from 'npm:drizzle-orm@0.45.4/pg-core';
import { Pool } from 'npm:pg';

const MAX_OPEN = 1_000;

const orders = pgTable('orders', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  // The database puts the caller's id here, whatever a statement says.
  userId: text('user_id'),
  item: text('item').notNull(),
  quantity: integer('quantity').notNull().default(1),
  isPublic: boolean('is_public').notNull().default(false),
});

// Nothing is connected before a query, so this can be made once, at deploy.
const db = drizzle(new Pool());

async function list(item: string | null): Promise<Response> {
  const wanted = item === null ? undefined : eq(orders.item, item);
  return Response.json({ orders: await db.select().from(orders).where(wanted).orderBy(desc(orders.id)).limit(50) });
}

async function totals(): Promise<Response> {
  const rows = await db
    .select({ item: orders.item, quantity: sum(orders.quantity).mapWith(Number) })
    .from(orders)
    .groupBy(orders.item)
    .orderBy(orders.item);
  return Response.json({ totals: rows });
}

async function create(request: Request): Promise<Response> {
  const sent = await request.json().catch(() => null);
  const isOrder = ({ item, quantity = 1 }: any) =>
    typeof item === 'string' && item !== '' && Number.isInteger(quantity) && quantity > 0;
  if (!Array.isArray(sent) || sent.length === 0 || !sent.every((order) => isOrder(order ?? {}))) {
    return Response.json({ error: 'send a list of orders: an item, and how many of it' }, { status: 400 });
  }
  try {
    const made = await db.transaction(async (tx) => {
      const rows = await tx.insert(orders).values(sent.map(({ item, quantity }) => ({ item, quantity }))).returning();
      // Orders of others may be public: these are the caller's own.
      const own = eq(orders.userId, rows[0].userId ?? '');
      const [{ open }] = await tx.select({ open: sum(orders.quantity).mapWith(Number) }).from(orders).where(own);
      if (open > MAX_OPEN) tx.rollback();
      return rows;
    });
    return Response.json({ orders: made }, { status: 201 });
  } catch (error) {
    if (!(error instanceof TransactionRollbackError)) throw error;
    return Response.json({ error: `nobody may have more than ${MAX_OPEN} things on order` }, { status: 409 });
  }
}

export async function handler(request: Request): Promise<Response> {
  const { searchParams } = new URL(request.url);
  if (request.method === 'POST') return create(request);
  return searchParams.has('totals') ? totals() : list(searchParams.get('item'));
}
