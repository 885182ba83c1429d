import { b } from "./b.ts";

interface Options {
  loud?: boolean;
}

export const a = (what: string, _options: Options = {}): string => b({ what });
