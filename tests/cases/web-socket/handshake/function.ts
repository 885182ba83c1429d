const happens = <T extends Event>(socket: WebSocket, type: string) =>
  new Promise<T>((resolve) => socket.addEventListener(type, (event) => resolve(event as T), { once: true }));

/** What the error says; the end must follow. */
async function failure(url: string, protocols?: string[]): Promise<string> {
  const socket = new WebSocket(url, protocols);
  const closed = happens<CloseEvent>(socket, 'close');
  const { message } = await happens<ErrorEvent>(socket, 'error');
  const { code, wasClean } = await closed;
  return code === 1006 && !wasClean && socket.readyState === 3 ? message : `${code} ${wasClean}: ${message}`;
}

export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const socket = new WebSocket(`${upstream}/socket/echo`, {
    protocols: ['v1', 'v2'],
    headers: { authorization: 'Bearer sesame', connection: 'close', 'sec-websocket-version': '8' },
  } as any);
  await happens(socket, 'open');
  socket.send('headers');
  const fields: [string, string][] = JSON.parse((await happens<MessageEvent>(socket, 'message')).data);
  const values = (name: string) => fields.filter(([field]) => field === name).map(([, value]) => value);
  const one = new WebSocket(`${upstream}/socket/echo`, 'only');
  await happens(one, 'open');
  const names = ['sec-websocket-version', 'sec-websocket-protocol', 'sec-websocket-extensions', 'upgrade', 'authorization', 'user-agent', 'origin'];
  const failures: Record<string, string> = {};
  for (const kind of ['403', '200', '302', 'key', 'upgrade', 'extension']) failures[kind] = await failure(`${upstream}/socket/answer/${kind}`);
  for (const kind of ['protocol', 'no-protocol']) failures[kind] = await failure(`${upstream}/socket/answer/${kind}`, ['a', 'b']);
  failures.uninvited = await failure(`${upstream}/socket/answer/protocol`);
  return Response.json({
    chosen: [socket.protocol, values('sec-websocket-protocol')[0]?.split(', ').at(-1)],
    one: one.protocol,
    headers: Object.fromEntries(names.map((name) => [name, values(name)])),
    key: values('sec-websocket-key')[0]?.length,
    failures,
  });
}
