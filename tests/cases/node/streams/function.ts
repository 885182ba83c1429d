import { Duplex, finished, PassThrough, Readable, Transform, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

const upper = () => new Transform({
  transform(chunk, _, done) {
    done(null, String(chunk).toUpperCase());
  },
});

export default async (request: Request) => {
  if (new URL(request.url).search === '?body') {
    return new Response(Readable.toWeb(Readable.fromWeb(request.body as any).pipe(upper())) as any);
  }
  const written: string[] = [];
  const sink = new Writable({
    write(chunk, _, done) {
      written.push(String(chunk));
      setTimeout(done);
    },
  });
  sink.write('a');
  sink.end('b');
  await promisify(finished)(sink);

  const objects: number[] = [];
  await pipeline(
    Readable.from([1, 2]),
    async function* (source: AsyncIterable<number>) {
      for await (const number of source) yield number * 2;
    },
    new Writable({
      objectMode: true,
      write(number, _, done) {
        objects.push(number);
        done();
      },
    }),
  );
  const broken = new Readable({
    read() {
      this.destroy(new Error('broken'));
    },
  });
  const failed = await pipeline(broken, new PassThrough()).catch((error) => error.message);
  const small = new Writable({ highWaterMark: 2, write(_, __, done) { setTimeout(done); } });
  const echo = new Duplex({ read() {}, write(chunk, _, done) { this.push(chunk); done(); }, final(done) { this.push(null); done(); } });
  echo.end('echo');
  const iterated = [];
  for await (const chunk of Readable.from(['x', 'y'])) iterated.push(chunk);
  const cut = new PassThrough();
  const premature = new Promise((resolve) => finished(cut, (error: any) => resolve(error?.code)));
  cut.destroy();
  return Response.json({
    read: await text(Readable.from(['a', 'b', 'c'])),
    upper: await text(Readable.from(['hello ', 'world']).pipe(upper())),
    written,
    objects,
    failed,
    destroyed: broken.destroyed,
    finished: await new Promise((resolve) => finished(Readable.from([]).resume(), (error) => resolve(error ? error.message : 'done'))),
    fromWeb: await text(Readable.fromWeb(new Response('web').body as any)),
    toWeb: await new Response(Readable.toWeb(Readable.from([Buffer.from('node')])) as any).text(),
    pressure: small.write('abc'),
    duplex: await text(echo),
    iterated,
    mapped: await Readable.from([1, 2]).map((number) => number + 1).toArray(),
    consumed: await text(Readable.from([Buffer.from('te'), Buffer.from('xt')])),
    aborted: await pipeline(new PassThrough(), new PassThrough(), { signal: AbortSignal.abort() }).catch((error) => error.name),
    premature: await premature,
  });
};
