import { inspect } from 'node:util';

function once<T extends Event>(target: EventTarget, type: string): Promise<T> {
  return new Promise((resolve) => target.addEventListener(type, (event) => resolve(event as T), { once: true }));
}

/** Sends each and collects what comes back. */
async function echoed(socket: WebSocket, sent: any[]): Promise<any[]> {
  const received: any[] = [];
  const all = new Promise<void>((resolve) => {
    socket.onmessage = ({ data }) => {
      received.push(data);
      if (received.length === sent.length) resolve();
    };
  });
  for (const one of sent) socket.send(one);
  await all;
  socket.onmessage = null;
  return received;
}

const bytes = (buffer: ArrayBuffer) => [...new Uint8Array(buffer)];

export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const socket = new WebSocket(`${upstream}/socket/echo?a=b`);
  const before = socket.readyState;
  const { type } = await once(socket, 'open');
  const { readyState, protocol, extensions, url } = socket;
  const opened = { before, readyState, protocol, extensions, url, scheme: new URL(url).protocol, type };

  const texts = await echoed(socket, ['one', '', '€ 𝒳', '\ud800', 7]);
  const view = new Uint8Array([0, 1, 2, 3]).subarray(1, 3);
  const blobs = await echoed(socket, [new Uint8Array([0, 1, 255]), view, new Blob([new Uint8Array([9])]), new ArrayBuffer(0)]);
  const kinds: string[] = [socket.binaryType];
  socket.binaryType = 'arraybuffer';
  kinds.push(socket.binaryType);
  socket.binaryType = 'nodebuffer' as any;
  kinds.push(socket.binaryType);
  const buffers = await echoed(socket, [new Uint8Array([0, 1, 255]).buffer, new DataView(new Uint8Array([1, 2, 3]).buffer, 1), new Blob(['b'])]);

  const order = await echoed(socket, ['first', new ArrayBuffer(300_000), 'third', new Blob(['x'.repeat(100_000)]), 'fifth']);
  const buffered = [socket.bufferedAmount];
  const three = once(socket, 'message').then(() => once(socket, 'message')).then(() => once(socket, 'message'));
  for (const message of ['abc', new Uint8Array(3), '𝒳']) {
    socket.send(message);
    buffered.push(socket.bufferedAmount);
  }
  await three;
  buffered.push(socket.bufferedAmount);

  // What changes after it was sent is sent as it was.
  const large = new Uint8Array(1 << 20).fill(7);
  const back = once<MessageEvent<ArrayBuffer>>(socket, 'message');
  socket.send(large);
  large.fill(8);
  const message = await back;
  const event = {
    name: message.constructor.name, origin: message.origin, trusted: message.isTrusted, lastEventId: message.lastEventId,
  };

  const pinged = new WebSocket(`${upstream.replace('http', 'ws')}/socket/ping`);
  const ponged = (await once<MessageEvent>(pinged, 'message')).data;

  socket.close(1000, 'done');
  const { wasClean, code, reason } = await once<CloseEvent>(socket, 'close');
  return Response.json({
    opened,
    texts,
    blobs: await Promise.all(blobs.map(async (blob) => bytes(await blob.arrayBuffer()))),
    type: blobs[0].type,
    buffers: buffers.map(bytes),
    kinds,
    order: order.map((one) => (typeof one === 'string' ? one : one.constructor.name)),
    buffered,
    big: [message.data.byteLength, new Uint8Array(message.data).every((byte) => byte === 7)],
    event,
    ponged,
    closed: [wasClean, code, reason],
    inspected: inspect(socket),
  });
}
