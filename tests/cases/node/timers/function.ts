import timers, { clearTimeout as clear, setTimeout as start } from 'node:timers';
import { scheduler, setImmediate as immediate, setInterval as every, setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export default async () => {
  let ticks = 0;
  for await (const _ of every(1)) if (++ticks === 3) break;
  const controller = new AbortController();
  const aborted = sleep(1000, null, { signal: controller.signal }).catch((error) => error.name);
  controller.abort();
  let refreshed = 0;
  const timer = start(() => refreshed++, 5);
  const object = typeof timer.unref === 'function' && timer.unref().ref().hasRef();
  await sleep(2);
  timer.refresh();
  await sleep(20);
  let cleared = true;
  clear(start(() => { cleared = false; }, 1));
  clearTimeout(start(() => { cleared = false; }, 1) as any);
  await sleep(5);
  await scheduler.wait(1);
  return Response.json({
    value: await sleep(1, 'v'),
    immediate: await immediate('i'),
    ticks,
    aborted: await aborted,
    object,
    refreshed,
    cleared,
    promisified: await promisify(start)(1, 'p'),
    waited: timers.promises.setTimeout === sleep,
    global: typeof setTimeout(() => {}, 0) === 'number',
  });
};
