import EventEmitter, { EventEmitterAsyncResource, getEventListeners, on, once } from 'node:events';

export default async () => {
  const emitter = new EventEmitter();
  const order: string[] = [];
  emitter.on('tick', (what: string) => order.push(what));
  emitter.prependListener('tick', () => order.push('first'));
  emitter.once('tick', () => order.push('once'));
  emitter.emit('tick', 'a');
  const count = emitter.listenerCount('tick');

  const waited = once(emitter, 'later');
  emitter.emit('later', 1, 2);

  const listed: string[] = [];
  const items = on(emitter, 'item');
  emitter.emit('item', 'x');
  emitter.emit('item', 'y');
  for await (const [item] of items) if (listed.push(item) === 2) break;

  let thrown, code;
  try {
    emitter.emit('error', new Error('boom'));
  } catch (error: any) {
    thrown = error.message;
  }
  try {
    emitter.emit('error', 5);
  } catch (error: any) {
    code = error.code;
  }

  const capturing = new EventEmitter({ captureRejections: true });
  capturing.on('go', async () => {
    throw new Error('rejected');
  });
  const failure = once(capturing, 'error');
  capturing.emit('go');
  const [captured] = await failure;

  const aborted = await once(emitter, 'never', { signal: AbortSignal.abort() }).catch((error) => error.name);
  const target = new EventTarget();
  target.addEventListener('x', () => {});
  const seen = once(target, 'event');
  target.dispatchEvent(new Event('event'));
  return Response.json({
    order, count, once: await waited, listed, thrown, code, captured: captured.message, aborted,
    names: emitter.eventNames().filter((name) => name === 'tick'),
    max: emitter.getMaxListeners(),
    target: (await seen)[0].type,
    resource: new EventEmitterAsyncResource({ name: 'X' }).asyncResource !== undefined && getEventListeners(target, 'x').length === 1,
  });
};
