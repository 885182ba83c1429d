import { Finder } from "./deeper/c.ts";

export function b({ what }: { what: string }): string {
  return new Finder().find(what);
}
