class Vault {
  static #count = 0;
  #secret = 42;
  static {
    Vault.#count += 1;
  }
  accessor label = 'a';
  get secret(): number {
    return #secret in this && Vault.#count === 1 ? this.#secret : 0;
  }
}

async function* numbers(): AsyncGenerator<number> {
  yield* [1, 2, 3, 4];
}

export async function handler(): Promise<Response> {
  const all: number[] = [];
  for await (const number of numbers()) all.push(number);
  let nullish: number | undefined;
  nullish ??= 1;
  const vault = new Vault();
  return Response.json({
    secret: vault.secret,
    grouped: Object.groupBy(all, (number) => (number % 2 === 0 ? 'even' : 'odd')),
    last: all.at(-1),
    sorted: [2, 1].toSorted(),
    label: vault.label,
    big: (2n ** 64n).toString(),
    set: [...new Set([1, 2]).intersection(new Set([2, 3]))],
    nullish,
    regex: /(?<year>\d{4})/v.exec('in 2026')?.groups?.year,
  });
}
