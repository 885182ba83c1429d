import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const storage = new AsyncLocalStorage<string>();
// Only a call has a clock that goes.
await sleep(1);

export default async () => {
  const emitter = new EventEmitter();
  const waited = once(emitter, 'x');
  emitter.emit('x', 1);
  return Response.json({
    joined: join('a', 'b'),
    once: await waited,
    store: await storage.run('s', async () => {
      await sleep(1);
      return storage.getStore();
    }),
    text: Buffer.from('hi').toString('base64'),
  });
};
