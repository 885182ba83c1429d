import { db } from "./db.ts";
import "../setup";
export * from "/root.ts";
export { handler } from "./handler.ts";
const lazy = await import("./lazy.ts"), literal = import(`./lazy.ts`);
db;
