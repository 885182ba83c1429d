async function collect<T>(stream: ReadableStream<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const chunk of stream) all.push(chunk);
  return all;
}

function letters(): ReadableStream<string> {
  return new ReadableStream({
    start(controller) {
      for (const letter of 'abc') controller.enqueue(letter);
      controller.close();
    },
  });
}

async function message(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error) => error.message,
  );
}

export async function handler(): Promise<Response> {
  const [one, two] = letters().tee();
  const upper = new TransformStream<string, string>({ transform: (chunk, controller) => controller.enqueue(chunk.toUpperCase()) });
  const piped: string[] = [];
  await letters().pipeThrough(upper).pipeTo(new WritableStream({ write: (chunk) => void piped.push(chunk) }));

  const busy = letters();
  busy.getReader();
  let locked = '';
  try {
    busy.getReader();
  } catch (error) {
    locked = (error as Error).name;
  }

  let cancelled = '';
  await new ReadableStream({ cancel: (reason) => void (cancelled = reason) }).cancel('enough');

  const broken = new ReadableStream({
    pull() {
      throw new Error('broken source');
    },
  });

  const writer = new WritableStream({ write: () => new Promise((resolve) => setTimeout(resolve, 5)) }, { highWaterMark: 1 }).getWriter();
  void writer.write('x');
  const backpressure = writer.desiredSize === 0;
  await writer.close();

  const bytes = new ReadableStream({
    type: 'bytes',
    start(controller) {
      controller.enqueue(new Uint8Array([1, 2, 3]));
      controller.close();
    },
  });
  const { value } = await bytes.getReader({ mode: 'byob' }).read(new Uint8Array(8));

  const encoded = ReadableStream.from(['grü', 'ße']).pipeThrough(new TextEncoderStream());
  return Response.json({
    tee: [(await collect(one)).join(''), (await collect(two)).join('')],
    piped: piped.join('-'),
    locked,
    cancelled,
    from: await collect(ReadableStream.from([1, 2, 3])),
    errored: await message(collect(broken)),
    backpressure,
    byob: [...value!],
    text: (await collect(encoded.pipeThrough(new TextDecoderStream()))).join(''),
  });
}
