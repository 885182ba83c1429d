export async function handler(): Promise<Response> {
  const order: string[] = [];
  const { port1, port2 } = new MessageChannel();
  const data = { text: 'first' };
  const got = new Promise<any>((resolve) => {
    port2.onmessage = (event) => {
      order.push(event.data.text);
      if (event.data.text === 'second') resolve(event);
    };
  });
  port1.postMessage(data);
  const bytes = new Uint8Array([1, 2, 3]);
  const inner = new MessageChannel();
  const through = new Promise<string>((resolve) => inner.port1.addEventListener('message', (event) => resolve((event as MessageEvent).data)));
  inner.port1.start();
  port1.postMessage({ text: 'second', bytes }, [bytes.buffer, inner.port2]);
  order.push('sent');
  queueMicrotask(() => order.push('microtask'));
  const event = await got;
  event.ports[0].postMessage('through the other');
  const errorOf = (work: () => void) => {
    try {
      work();
      return 'none';
    } catch (error) {
      return (error as Error).name;
    }
  };
  const port = await through;
  const closed = new Promise<boolean>((resolve) => port2.addEventListener('close', () => resolve(true)));
  const self = errorOf(() => port1.postMessage(0, [port1]));
  port1.close();
  return Response.json({
    order,
    clone: event.data !== data,
    moved: [event.data.bytes.length, bytes.length],
    port,
    self,
    twice: errorOf(() => structuredClone(0, { transfer: [inner.port2] })),
    closed: await closed,
  });
}
