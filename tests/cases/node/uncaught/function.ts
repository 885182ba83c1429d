import { setImmediate, setTimeout } from 'node:timers';
import { MessageChannel, isMainThread } from 'node:worker_threads';
import { crc32 } from 'node:zlib';

const pause = (time: number) => new Promise((resolve) => { globalThis.setTimeout(resolve, time); });

export default async () => {
  const seen: unknown[] = [];
  process.on('uncaughtException', (error, origin) => seen.push([error.message, origin]));
  setTimeout(() => {
    throw new Error('a timer');
  }, 1);
  Promise.reject(new Error('a promise'));
  await pause(20);
  process.on('unhandledRejection', (reason) => seen.push(['handled', (reason as Error).message]));
  Promise.reject(new Error('another'));
  await pause(5);

  const receivers = await new Promise((resolve) => {
    const immediate = setImmediate(function (this: unknown) {
      resolve(this === immediate);
    });
  });
  const waiting = setTimeout(() => {}, 1000);
  const active = [process.getActiveResourcesInfo()];
  waiting.unref();
  active.push(process.getActiveResourcesInfo());
  const { port1, port2 } = new MessageChannel();
  const message = new Promise((resolve) => {
    port1.onmessage = ({ data }: { data: unknown }) => resolve(data);
  });
  port2.postMessage({ a: 1 });
  return Response.json({
    seen,
    receivers,
    active,
    message: await message,
    isMainThread,
    crc: [crc32('', 4294967295), crc32('123456789')],
    warning: (() => {
      try {
        process.emitWarning('w', 1 as never);
      } catch (error) {
        return (error as { code?: string }).code;
      }
      return undefined;
    })(),
  });
};
