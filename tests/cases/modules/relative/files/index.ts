import { greet } from "./lib/greet";
import data from "./data.json";
import note from "./note.txt";
import type { Nothing } from "./types-only";

export async function handler(request: Request): Promise<Response> {
  const name: Nothing | string = new URL(request.url).searchParams.get("name") ?? "";
  const late = await import("./lib/late.mjs");
  return Response.json({ greeting: greet(name), answer: data.answer, text: note, lazy: late.default });
}
