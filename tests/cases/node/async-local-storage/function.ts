import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const storage = new AsyncLocalStorage<string>();
const other = new AsyncLocalStorage<number>();
const store = () => storage.getStore();

async function* numbers() {
  await null;
  yield store();
  await sleep(1);
  yield store();
}

const later = <T>(start: (done: (value: T) => void) => void) => new Promise<T>(start);

async function inside(upstream: string) {
  const result: Record<string, unknown> = {};
  await null;
  result.awaited = store();
  result.promise = await Promise.resolve().then(store);
  result.timer = await later((done) => setTimeout(() => done(store()), 2));
  result.immediate = await later((done) => setImmediate(() => done(store())));
  result.microtask = await later((done) => queueMicrotask(() => done(store())));
  result.tick = await later((done) => process.nextTick(() => done(store())));
  const generated = [];
  for await (const value of numbers()) generated.push(value);
  result.generator = generated;
  await fetch(upstream).then((response) => response.text(), () => '');
  result.fetched = store();
  result.thenable = await { then: (done: (value: unknown) => void) => done(store()) };
  try {
    await Promise.reject(new Error('x'));
  } catch {
    result.caught = store();
  }
  result.all = await Promise.all([sleep(3).then(store), sleep(1).then(store)]);
  result.nested = await storage.run('b', async () => {
    await sleep(1);
    return store();
  }).then((inner) => [inner, store()]);
  result.exited = await storage.exit(async () => {
    await null;
    return store();
  });
  result.two = await other.run(1, async () => {
    await null;
    return [store(), other.getStore()];
  });
  const read: unknown[] = [];
  for await (const _ of Readable.from(['x'])) read.push(store());
  result.stream = read[0];
  const deep = async (depth: number): Promise<unknown> => (depth === 0 ? store() : deep(depth - 1).then((value) => value));
  result.deep = await deep(50);
  return result;
}

export default async (request: Request) => {
  if (new URL(request.url).search === '?outside') return Response.json({ outside: store() });
  const outside = store();
  const emitter = new EventEmitter();
  const kept = storage.run('a', () => ({
    bound: AsyncLocalStorage.bind(() => store()),
    snapshot: AsyncLocalStorage.snapshot(),
    resource: new AsyncResource('TEST'),
  }));
  const running = storage.run('a', () => inside(request.url));
  const parallel = await Promise.all([0, 1, 2, 3].map((number) => storage.run(String(number), async () => {
    for (let round = 0; round < 10; round++) await sleep(number % 2);
    return store();
  })));
  const result = await running;
  const after = store();
  let heard;
  emitter.on('event', () => {
    heard = store();
  });
  storage.run('a', () => emitter.emit('event'));
  const entered = await (async () => {
    storage.enterWith('e');
    const now = store();
    await sleep(1);
    return [now, store()];
  })();
  return Response.json({
    ...result,
    after,
    parallel,
    entered,
    bound: kept.bound(),
    snapshot: kept.snapshot(store),
    resource: kept.resource.runInAsyncScope(store),
    emitter: heard,
    fallback: new AsyncLocalStorage({ defaultValue: 'd' } as any).getStore(),
    outside,
  });
};
