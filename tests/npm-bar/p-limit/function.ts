import pLimit, { limitFunction } from "npm:p-limit@7.3.3";

export default async () => {
  const limit = pLimit(2);
  let running = 0, most = 0;
  const work = async (n: number) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
    if (n === 3) throw new Error("three");
    return n * 2;
  };
  const all = Promise.allSettled([1, 2, 3, 4, 5].map((n) => limit(work, n)));
  const pending = [limit.activeCount, limit.pendingCount];
  const results = (await all).map((result) => result.status === "fulfilled" ? result.value : result.reason.message);
  const one = limitFunction(async (n: number) => n + 1, { concurrency: 1 });
  return Response.json({ results, most, pending, mapped: await limit.map([1, 2], (n) => n * 10), one: await one(1) });
};
