let listened = 0;
const server = Deno.serve({
  port: 9000,
  onListen: ({ port }) => {
    listened = port;
  },
  onError: (error: any) => new Response(`caught ${error.message}`, { status: 418 }),
}, async (request, info) => {
  const { search } = new URL(request.url);
  if (search === '?throw') throw new Error('boom');
  if (search === '?exit') Deno.exit(1);
  const said = (use: () => unknown) => {
    try {
      use();
      return 'nothing was thrown';
    } catch (error: any) {
      return error.message;
    }
  };
  Deno.env.set('MINE', '1');
  const set = Deno.env.get('MINE');
  Deno.env.delete('MINE');
  return Response.json({
    served: server.addr.transport === 'tcp',
    listened,
    secret: Deno.env.get('SECRET'),
    set,
    gone: Deno.env.get('MINE'),
    has: [Deno.env.has('SECRET'), Deno.env.has('MINE')],
    all: Deno.env.toObject().SECRET === 'swordfish',
    version: Deno.version.deno,
    os: Deno.build.os,
    inspected: Deno.inspect({ a: 1 }),
    read: await Deno.readTextFile('/etc/passwd').catch((error) => error.message),
    sync: said(() => Deno.readFileSync('/etc/passwd')),
    connect: await Deno.connect({ port: 80 }).catch((error) => error instanceof Deno.errors.NotSupported && error.name),
    command: said(() => new Deno.Command('ls')),
    cron: said(() => Deno.cron('x', '* * * * *', () => {})),
    named: new Deno.errors.NotFound('x').name,
    handled: info.remoteAddr !== undefined,
  });
});
