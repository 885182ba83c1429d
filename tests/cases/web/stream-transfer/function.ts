const move = <T extends object>(one: T): T => structuredClone(one, { transfer: [one as any] });

const errorOf = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as Error).name;
  }
};

async function all(stream: ReadableStream): Promise<any[]> {
  const chunks: any[] = [];
  for await (const chunk of stream as any) chunks.push(chunk);
  return chunks;
}

export async function handler(): Promise<Response> {
  const first = { a: 1 };
  const source = ReadableStream.from([first, { a: 2 }]);
  const moved = move(source);
  const before = source.locked;
  const chunks = await all(moved);
  const readable = { locked: before, chunks, same: chunks[0] === first };

  const written: string[] = [];
  let closed = false;
  const sink = new WritableStream<string>({ write: (chunk) => void written.push(chunk), close: () => { closed = true; } });
  const writer = move(sink).getWriter();
  const held = sink.locked;
  const desired = writer.desiredSize;
  await writer.write('x');
  writer.write('y');
  await writer.close();
  await new Promise((resolve) => setTimeout(resolve, 0));
  const writable = { locked: held, chunks: written, closed, desired };

  const upper = new TransformStream<string, string>({ transform: (chunk, controller) => controller.enqueue(chunk.toUpperCase()) });
  const other = move(upper);
  const sides = [upper.readable.locked, upper.writable.locked];
  const text = (await all(ReadableStream.from(['hel', 'lo']).pipeThrough(other))).join('');
  const transform = {
    kinds: [other instanceof TransformStream, other.readable instanceof ReadableStream, other.writable instanceof WritableStream],
    locked: sides,
    text,
  };

  const { port1, port2 } = new MessageChannel();
  const sent = ReadableStream.from(['through a port']);
  const extra = new MessageChannel();
  const message = new Promise<MessageEvent>((resolve) => { port2.onmessage = resolve; });
  port1.postMessage({ sent }, [sent as any, extra.port1]);
  const { data, ports } = await message;
  const port = { chunks: await all(data.sent), ports: ports.length };
  port1.close();

  const broken = move(new ReadableStream({ start: (controller) => controller.error(new TypeError('broken')) }));
  const calls: string[] = [];
  const recording = () => new ReadableStream(
    { pull: () => void calls.push('pull'), cancel: (reason) => void calls.push(String(reason?.name ?? reason)) },
    { highWaterMark: 0 },
  );
  await move(recording()).cancel('stop');
  await new Promise((resolve) => setTimeout(resolve, 0));
  const cancel = calls.splice(0);
  let aborted = '';
  await move(new WritableStream({ abort: (reason) => { aborted = reason; } })).abort('enough');
  await new Promise((resolve) => setTimeout(resolve, 0));
  let told = '';
  const odd = move(new ReadableStream({ start: (controller) => controller.enqueue(() => {}), cancel: (reason) => { told = reason.name; } }));
  const uncloneable = [await all(odd).catch((error) => error.name)];
  await new Promise((resolve) => setTimeout(resolve, 0));
  uncloneable.push(told);
  const reason = [await move(recording()).cancel(() => {}).catch((error) => error.name)];
  await new Promise((resolve) => setTimeout(resolve, 0));
  reason.push(calls.at(-1));

  const taken = new ReadableStream();
  taken.getReader();
  const once = new ReadableStream();
  const pair = new TransformStream();
  const refused = {
    locked: errorOf(() => move(taken)),
    twice: errorOf(() => structuredClone(once, { transfer: [once, once] as any })),
    side: errorOf(() => structuredClone([pair, pair.readable], { transfer: [pair, pair.readable] as any })),
    untouched: pair.readable.locked || pair.writable.locked || once.locked,
    copied: errorOf(() => structuredClone(once)),
  };

  // A chunk is not cloned before it is read.
  let cloned = false;
  const late = move(new ReadableStream({ start: (controller) => controller.enqueue({ get a() { cloned = true; return 1; } }) }));
  await new Promise((resolve) => setTimeout(resolve, 0));
  const lazy = [cloned];
  await late.getReader().read();
  lazy.push(cloned);

  return Response.json({
    readable, writable, transform, port,
    errors: { source: await all(broken).catch(String), cancel, abort: aborted, uncloneable, reason },
    refused, lazy,
  });
}
