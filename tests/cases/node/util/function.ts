import util, { callbackify, deprecate, format, inherits, inspect, isDeepStrictEqual, MIMEType, parseArgs, promisify, types } from 'node:util';

export default async () => {
  const add = (a: number, b: number, done: (error: Error | null, sum?: number) => void) => (a < 0 ? done(new Error('no')) : done(null, a + b));
  function Child(this: any) {}
  function Parent(this: any) {}
  inherits(Child as any, Parent as any);
  const called = await new Promise((resolve) => callbackify(async () => 5)((...args: unknown[]) => resolve(args)));
  const { values, positionals } = parseArgs({
    args: ['--name', 'x', '-l', 'rest'],
    options: { name: { type: 'string' }, loud: { type: 'boolean', short: 'l' } },
    allowPositionals: true,
  });
  return Response.json({
    promisified: await promisify(add)(1, 2),
    failed: await promisify(add)(-1, 2).catch((error: Error) => error.message),
    called,
    format: format('%s %d %j %O %%', 'a', 1, { x: 1 }, { y: 2 }),
    inspected: inspect({ a: [1, { b: [{ c: 1 }] }] }, { depth: 2 }),
    deep: [isDeepStrictEqual({ a: [1, new Map([[1, 2]])] }, { a: [1, new Map([[1, 2]])] }), isDeepStrictEqual([1], ['1']), isDeepStrictEqual(new Set([{ a: 1 }]), new Set([{ a: 1 }]))],
    inherited: new (Child as any)() instanceof (Parent as any),
    types: [types.isDate(new Date()), types.isPromise(Promise.resolve()), types.isAsyncFunction(async () => {}), types.isMap({ [Symbol.toStringTag]: 'Map' }), types.isProxy(new Proxy({}, {}))],
    args: { values, positionals },
    styled: (util as any).styleText('red', 'red', { validateStream: false }),
    stripped: (util as any).stripVTControlCharacters('\u001b[31mred\u001b[39m'),
    mime: String(new MIMEType('text/html; charset=utf-8')),
    text: new util.TextDecoder().decode(new util.TextEncoder().encode('é')),
    deprecated: deprecate(() => 7, 'old', 'DEP1')(),
    custom: inspect({ [inspect.custom]: () => '<mine>' }),
    error: util.getSystemErrorName(-2),
  });
};
