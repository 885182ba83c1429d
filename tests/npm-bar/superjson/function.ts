import superjson, { SuperJSON } from "npm:superjson@2.2.6";

class Money {
  constructor(public amount = 0) {}
  twice() { return this.amount * 2; }
}
superjson.registerClass(Money);

export default () => {
  const value = {
    date: new Date(0), map: new Map([[1, new Set(["a"])]]), big: 12n, none: undefined, not: NaN, re: /x/gi,
    url: new URL("https://example.org/a"), error: new TypeError("t"), money: new Money(4), bytes: new Uint8Array([1, 2]),
  };
  const { json, meta } = superjson.serialize(value);
  const back = superjson.parse<typeof value>(superjson.stringify(value));
  const own = new SuperJSON({ dedupe: true });
  const shared = { a: 1 };
  return Response.json({
    json,
    meta: Object.keys(meta!.values!),
    date: back.date.getTime(),
    map: [...back.map.get(1)!],
    big: String(back.big),
    none: "none" in back && back.none === undefined,
    not: Number.isNaN(back.not),
    re: String(back.re),
    url: back.url.pathname,
    error: [back.error.name, back.error.message],
    money: back.money.twice(),
    bytes: [...back.bytes],
    same: (() => {
      const { x, y } = own.deserialize<{ x: unknown; y: unknown }>(own.serialize({ x: shared, y: shared }));
      return x === y;
    })(),
  });
};
