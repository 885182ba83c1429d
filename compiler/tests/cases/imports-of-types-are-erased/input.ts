import type { A } from "./types.ts";
import type B from "npm:b";
import { type C } from "jsr:@c/c";
import { D } from "https://example.com/d.ts";
import Unused from "unused";
export type { A } from "./types.ts";
export const handler = (a: A, b: B, c: C, d: D): void => {};
