export default async () => {
  const enumerable = Object.keys(globalThis).filter((name) => ['global', 'process', 'Buffer'].includes(name));
  const buffer = Buffer.from('hi').toString('base64');
  const version = /^v\d+\./.test(process.version);
  (globalThis as any).Buffer = 'mine';
  return Response.json({
    global: global === globalThis,
    buffer,
    version,
    immediate: await new Promise((resolve) => setImmediate(resolve, 'x')),
    deno: typeof Deno,
    agent: navigator.userAgent,
    enumerable,
    replaced: (globalThis as any).Buffer,
  });
};
