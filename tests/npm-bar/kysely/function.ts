import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from "npm:kysely@0.29.9";

interface Database {
  person: { id: number; name: string; age: number | null };
  pet: { id: number; owner: number; species: "cat" | "dog" };
}
const db = new Kysely<Database>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

export default async () => {
  const query = db.selectFrom("person").innerJoin("pet", "pet.owner", "person.id").select(["person.name", sql<number>`count(*)`.as("pets")])
    .where((eb) => eb.or([eb("age", ">", 18), eb("name", "like", "A%")])).groupBy("person.name").orderBy("pets", "desc").limit(3);
  const { sql: text, parameters } = query.compile();
  const insert = db.insertInto("person").values({ id: 1, name: "O'Neil", age: null }).onConflict((oc) => oc.column("id").doNothing()).returningAll().compile();
  const rows = await db.selectFrom("pet").selectAll().execute();
  return Response.json({ text, parameters, insert: [insert.sql, insert.parameters], rows });
};
