import { chunk, cloneDeep, groupBy, isEqual, memoize, partition, pick, range, sumBy, throttle, zipObject } from "npm:lodash-es@4.18.1";

export default async () => {
  const square = memoize((n: number) => n * n);
  let calls = 0;
  const limited = throttle(() => ++calls, 20);
  for (let n = 0; n < 5; n++) limited();
  await new Promise((resolve) => setTimeout(resolve, 60));
  return Response.json({
    grouped: groupBy(["one", "two", "three"], "length"),
    zip: zipObject(["a", "b"], range(2)),
    sum: sumBy([{ n: 1 }, { n: 2 }], "n"),
    parts: partition(range(6), (n) => n % 2 === 0),
    pick: pick({ a: 1, b: 2 }, ["b"]),
    same: isEqual(cloneDeep({ a: [1, { b: 2 }] }), { a: [1, { b: 2 }] }),
    cached: [square(3), square(3), square.cache.has(3)],
    chunk: chunk("abcde".split(""), 3),
    throttled: calls,
  });
};
