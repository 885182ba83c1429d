import imported, { env } from 'node:process';

export default async (request: Request) => {
  if (new URL(request.url).search === '?exit') process.exit(3);
  const order: string[] = [];
  const settled = new Promise<void>((resolve) => setTimeout(() => {
    order.push('timer');
    resolve();
  }));
  Promise.resolve().then(() => {
    order.push('promise');
    process.nextTick(() => order.push('tick of promise'));
  });
  process.nextTick((what: string) => {
    order.push(what);
    process.nextTick(() => order.push('tick in tick'));
  }, 'tick');
  order.push('sync');
  await settled;
  process.env.CHANGED = 1 as any;
  const changed = [process.env.CHANGED];
  process.env.CHANGED = `${typeof 2}:2`;
  changed.push(env.CHANGED);
  process.env.GONE = 'x';
  delete process.env.GONE;
  const emitted: unknown[] = [];
  process.on('custom', (...args) => emitted.push(...args));
  process.emit('custom' as any, 'hello', 1);
  process.stdout.write('one\ntw');
  process.stdout.write('o\n');
  process.stderr.write('three');
  await null;
  process.emitWarning('careful');
  await null;
  const before = process.hrtime();
  const [seconds, nanoseconds] = process.hrtime(before);
  Deno.env.set('SHARED', '2');
  return Response.json({
    secret: process.env.SECRET,
    missing: process.env.MISSING,
    has: ['SECRET' in process.env, 'MISSING' in process.env],
    changed,
    deleted: process.env.GONE,
    listed: Object.keys(process.env).includes('SECRET') && { ...process.env }.SECRET === 'swordfish',
    deno: process.env.SHARED,
    order,
    node: Number(process.versions.node.split('.')[0]) >= 22 && process.version === `v${process.versions.node}`,
    platform: process.platform,
    cwd: process.cwd(),
    hrtime: [seconds === 0 && nanoseconds >= 0, process.hrtime.bigint() > 0n],
    uptime: process.uptime() > 0,
    argv: process.argv.length,
    memory: process.memoryUsage().rss > 65536,
    emitted,
    tag: Object.prototype.toString.call(process),
    builtin: process.getBuiltinModule('path').sep === '/',
    same: imported === process && globalThis.process === process,
  });
};
