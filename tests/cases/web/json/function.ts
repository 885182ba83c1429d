/** As whoever reads a document member by member would see it: the order of keys, the sign of zero, and what is not data. */
function described(value: unknown): string {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : `${typeof value} ${String(value)}`;
  const members = Reflect.ownKeys(value).map((key) => {
    const { value: member, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(value, key)!;
    return `${String(key)}${Number(writable)}${Number(enumerable)}${Number(configurable)}=${described(member)}`;
  });
  return `${Array.isArray(value) ? 'list' : 'object'}{${members.join()}}`;
}

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

let state = 20261126;

function random(below: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;

const keys = ['id', 'name', 'a', '', '__proto__', 'constructor', '0', '7', '4294967294', '4294967295', 'q"', 'b\\', 'é', '日', 'line\n'];
const texts = ['', 'plain', 'q"', 'b\\', 'tab\t', '\u0001', '\u007f', 'é', 'ÿĀ', '日本', '😀', '\ud800', '\udc00x', '\u2028'];
const numbers = [0, -0, 1, -17, 0.5, 0.1, 1.005, 12.3456, -99.99, 1e-5, 4.35e-7, 1e10, 9999999999.9999, 2 ** 53, 1e21, 1.7976931348623157e308, 5e-324, NaN];

function member(depth: number): unknown {
  switch (random(depth > 4 ? 4 : 7)) {
    case 0:
      return pick(numbers);
    case 1:
      return pick(texts);
    case 2:
      return pick([true, false, null, undefined]);
    case 3:
      return random(2 ** 31) / 10 ** random(8);
    case 4:
      return Array.from({ length: random(5) }, () => member(depth + 1));
    default:
      return document(depth);
  }
}

/** Half of them have the same keys in the same order, as in a list of records, up to some point. */
function document(depth: number): object {
  const names = random(2) ? keys.slice(0, random(5)) : Array.from({ length: random(5) }, () => pick(keys));
  const made = {};
  for (const name of names) {
    Object.defineProperty(made, name, { value: member(depth + 1), writable: true, enumerable: random(9) > 0, configurable: true });
  }
  if (random(9) === 0) delete (made as Record<string, unknown>).name;
  return made;
}

const breakers = ['"', '{', '}', '[', ']', ',', ':', '-', '0', '01', '1.', '.5', '1e', '1E+2', '\\', '\\u12', '\u0000', '\n', ' ', 'tru', 'nulll', 'é', '/**/', "'a'", '"id":1,'];

/** Reading with a function that changes nothing, or writing with one, gives what reading and writing without it give. */
function disagreements(): string[] {
  const found = [];
  for (let round = 0; round < 2000; round++) {
    const value = random(2) ? document(0) : [document(1), document(1), document(1)];
    const gap = pick([undefined, 1, '--']);
    const text = JSON.stringify(value, null, gap);
    if (text !== JSON.stringify(value, (_, kept) => kept, gap)) found.push(`written: ${text}`);
    const at = random(text.length + 1);
    const broken = text.slice(0, at) + pick(breakers) + text.slice(at + random(2));
    for (const source of [text, broken]) {
      const plain = outcome(() => described(JSON.parse(source)));
      if (plain !== outcome(() => described(JSON.parse(source, (_, kept) => kept)))) found.push(`read: ${source}: ${plain}`);
    }
  }
  return found;
}

/** What changes an object while it is written. */
function changed(): string {
  const value = {
    first: 1,
    get second() {
      delete (this as Record<string, unknown>).third;
      (this as Record<string, unknown>).fifth = 5;
      return 2;
    },
    third: 3,
    fourth: { toJSON: (key: string) => `${key} itself` },
  };
  return JSON.stringify([value, new Date(0), [{ toJSON: (key: string) => typeof key + key }]]);
}

function circular(): unknown {
  const value: Record<string, unknown> = { other: {} };
  (value.other as Record<string, unknown>).list = [value];
  return outcome(() => JSON.stringify(value));
}

export function handler(): Response {
  const twice = {};
  return Response.json({
    disagreements: disagreements(),
    changed: changed(),
    circular: circular(),
    twice: JSON.stringify({ one: twice, two: [twice, twice] }),
    numbers: JSON.stringify(numbers),
    read: described(JSON.parse(' {"b":1,"a":-0,"b":2.50,"1":[1e3,0.1,12345678901234567890],"__proto__":null} ')),
    records: described(JSON.parse('[{"a":1,"b":2},{"a":3,"b":4},{"a":5},{"a":6,"b":7,"c":8},{"b":9,"a":10},{"a":11,"a":12}]')),
    errors: ['', '{"a":1,}', '[1 2]', '{"a" 1}', '"a\nb"', '[1]x', '01', '1.e5', '"\\x"', 'nul'].map((text) => outcome(() => JSON.parse(text))),
    noJson: [JSON.stringify(undefined), JSON.stringify(() => 1), JSON.stringify([undefined, () => 1, Symbol()]), JSON.stringify({ a: undefined, b: Symbol() })].map(String),
    bigInt: outcome(() => JSON.stringify({ n: 1n })),
  });
}
