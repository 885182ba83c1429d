import { even } from "./even.ts"; import * as self from "./odd.ts"; export const odd = (n: number): boolean => n !== 0 && even(n - 1); void self;
