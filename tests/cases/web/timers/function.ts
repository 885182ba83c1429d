const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function handler(): Promise<Response> {
  const order: string[] = [];
  const start = performance.now();
  setTimeout(() => order.push('timer 30'), 30);
  setTimeout(() => order.push('timer 10'), 10);
  setTimeout(() => order.push('timer 0'), 0);
  setTimeout(() => order.push('timer 0 again'));
  void Promise.resolve().then(() => order.push('microtask'));
  queueMicrotask(() => order.push('queued'));
  order.push('sync');

  let ticks = 0;
  const interval = setInterval(() => {
    ticks += 1;
    if (ticks === 3) clearInterval(interval);
  }, 5);
  let cleared = true;
  clearTimeout(setTimeout(() => (cleared = false), 1));
  const args = await new Promise<string>((resolve) => setTimeout((a: string, b: string) => resolve(`${a} ${b}`), 1, 'a', 'b'));
  await wait(80);
  return Response.json({ order, ticks, arguments: args, cleared, waited: performance.now() - start >= 79 });
}
