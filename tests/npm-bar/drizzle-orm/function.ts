import { and, count, desc, eq, gt, inArray, like, relations, sql } from "npm:drizzle-orm@0.45.4";
import { boolean, integer, jsonb, pgTable, serial, text, timestamp } from "npm:drizzle-orm@0.45.4/pg-core";
import { drizzle } from "npm:drizzle-orm@0.45.4/pg-proxy";

const users = pgTable("users", {
  id: serial("id").primaryKey(),
  name: text("name").notNull(),
  admin: boolean("admin").default(false).notNull(),
  settings: jsonb("settings").$type<{ theme: string }>(),
  created: timestamp("created_at", { withTimezone: true }).defaultNow().notNull(),
});
const posts = pgTable("posts", {
  id: serial("id").primaryKey(),
  author: integer("author").references(() => users.id).notNull(),
  title: text("title").notNull(),
});
const usersRelations = relations(users, ({ many }) => ({ posts: many(posts) }));
const postsRelations = relations(posts, ({ one }) => ({ writer: one(users, { fields: [posts.author], references: [users.id] }) }));

export default async () => {
  const sent: { sql: string; params: unknown[]; method: string }[] = [];
  const answers: unknown[][][] = [
    [[1, "Ada", "2026-01-31 12:00:00+00"]],
    [[1]],
    [],
    [[1, "Ada", [[7, "first"]]]],
  ];
  const db = drizzle(async (sql, params, method) => {
    sent.push({ sql, params, method });
    return { rows: answers[sent.length - 1] ?? [] };
  }, { schema: { users, posts, usersRelations, postsRelations } });

  const rows = await db.select({ id: users.id, name: users.name, created: users.created }).from(users)
    .where(and(eq(users.admin, true), like(users.name, "A%"), inArray(users.id, [1, 2]))).orderBy(desc(users.created)).limit(10);
  const inserted = await db.insert(users).values({ name: "O'Neil", settings: { theme: "dark" } })
    .onConflictDoUpdate({ target: users.id, set: { name: sql`excluded.name` } }).returning({ id: users.id });
  await db.update(posts).set({ title: "new" }).where(gt(posts.id, 5));
  const related = await db.query.users.findMany({ columns: { id: true, name: true }, with: { posts: { columns: { id: true, title: true } } } });
  const joined = db.select({ name: users.name, posts: count(posts.id) }).from(users).leftJoin(posts, eq(posts.author, users.id)).groupBy(users.name);
  return Response.json({ rows, inserted, related, sent, joined: joined.toSQL() });
};
