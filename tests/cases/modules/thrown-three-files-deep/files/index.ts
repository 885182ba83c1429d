import { a } from "./lib/a.ts";

export const handler = (): Response => new Response(a("thing"));
