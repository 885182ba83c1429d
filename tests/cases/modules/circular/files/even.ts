import { odd } from "./odd.ts"; export const even = (n: number): boolean => n === 0 || odd(n - 1);
