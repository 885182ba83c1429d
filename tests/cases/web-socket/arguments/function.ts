const errorOf = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as Error).name;
  }
};

export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const any = WebSocket as any;
  const closed = (url: string): string => {
    const socket = new WebSocket(url);
    socket.close();
    return socket.url;
  };
  const urls = {
    none: errorOf(() => new any()),
    empty: errorOf(() => new WebSocket('')),
    relative: errorOf(() => new WebSocket('/path')),
    ftp: errorOf(() => new WebSocket('ftp://a.example/')),
    fragment: errorOf(() => new WebSocket('ws://a.example/#')),
    host: errorOf(() => new WebSocket('ws://a b/')),
    mapped: [closed('http://a.example:80'), closed('HTTPS://A.example:443/x')],
    kept: closed('wss://a.example:80?q'),
  };
  const offer = (protocols: any) => errorOf(() => new WebSocket('ws://a.example/', protocols));
  const protocols = {
    empty: offer(''),
    space: offer('a b'),
    comma: offer(['a,b']),
    twice: offer(['chat', 'chat']),
    unicode: offer(['é']),
    number: offer({ [Symbol.iterator]: 1 }),
  };

  const socket = new WebSocket(`${upstream}/socket/echo`);
  const early = errorOf(() => socket.send('too early'));
  await new Promise((resolve) => { socket.onopen = resolve; });
  const nothing = errorOf(() => (socket as any).send());
  const codes = [0, 999, 1001, 2999, 5000].map((code) => errorOf(() => socket.close(code)));
  const reason = [errorOf(() => socket.close(1000, 'x'.repeat(124))), errorOf(() => socket.close(undefined, '€'.repeat(42)))];
  const closing = new Promise<CloseEvent>((resolve) => { socket.onclose = resolve; });
  socket.close(4999, '€'.repeat(41));
  socket.close(4000, 'too late');
  const event = await closing;
  socket.send('after');
  const made = new CloseEvent('close', { wasClean: true, code: 4000 + 65_536, reason: 'r' });
  const bare = new CloseEvent('close');
  return Response.json({
    urls,
    protocols,
    early,
    nothing,
    codes,
    reason,
    longest: [event.wasClean, event.code, new TextEncoder().encode(event.reason).length],
    constants: [WebSocket.CONNECTING, WebSocket.OPEN, WebSocket.CLOSING, WebSocket.CLOSED, socket.CLOSED],
    after: [socket.readyState, socket.bufferedAmount],
    illegal: errorOf(() => Object.getOwnPropertyDescriptor(WebSocket.prototype, 'url')!.get!.call({})),
    event: [made.wasClean, made.code, made.reason, bare.code, bare.reason],
  });
}
