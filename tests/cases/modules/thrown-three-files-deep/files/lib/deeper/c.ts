// Types take lines and columns that are not in what runs.
type Found<T> = { value: T } | undefined;

export class Finder {
  find(what: string): string {
    const found: Found<string> = undefined as Found<string>;
    if (found === undefined) {
  /* é💥 */ throw new Error(`no such ${what}: 💥`);
    }
    return (found as { value: string }).value;
  }
}
