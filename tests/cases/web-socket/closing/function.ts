/** What happens, one after the other. */
function events(socket: WebSocket): { seen: string[]; over: Promise<void> } {
  const seen: string[] = [];
  socket.onopen = () => seen.push('open');
  socket.onerror = () => seen.push('error');
  socket.onmessage = ({ data }) => seen.push(`message ${data}`);
  const over = new Promise<void>((resolve) => {
    socket.onclose = ({ wasClean, code, reason }) => {
      seen.push(`close ${wasClean} ${code} ${reason}`);
      resolve();
    };
  });
  return { seen, over };
}

const opened = (socket: WebSocket) => new Promise((resolve) => socket.addEventListener('open', resolve));

export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const name = crypto.randomUUID();
  const ended = async (which: string) => (await fetch(`${upstream}/ended/${which}`)).text();

  if (request.url.endsWith('?silent')) {
    const silent = new WebSocket(`${upstream}/socket/silent/${name}`);
    const { seen, over } = events(silent);
    setTimeout(() => silent.close(), 200);
    await over;
    return Response.json({ silent: seen, upstream: await ended(name) });
  }

  const told = async (path: string): Promise<string[]> => {
    const { seen, over } = events(new WebSocket(`${upstream}/socket/${path}`));
    await over;
    return seen;
  };

  const one = new WebSocket(`${upstream}/socket/keep/${name}-1`);
  await opened(one);
  const { seen, over } = events(one);
  one.close(3000, 'bye');
  const state = one.readyState;
  await over;

  const two = new WebSocket(`${upstream}/socket/keep/${name}-2`);
  await opened(two);
  const plain = events(two);
  two.close();
  await plain.over;

  // What comes after `close` is nobody's; what came before is.
  const three = new WebSocket(`${upstream}/socket/keep/${name}-3`);
  const dropped = events(three);
  await new Promise((resolve) => three.addEventListener('message', resolve));
  three.send('this comes back too late');
  three.close(4000);
  await dropped.over;

  const four = new WebSocket(`${upstream}/socket/echo`);
  const connecting = events(four);
  four.close();
  const before = four.readyState;
  await connecting.over;

  return Response.json({
    server: await told('close/4001'),
    without: await told('close/1005'),
    unspeakable: await told('close/1006'),
    function: [state, seen.filter((line) => line.startsWith('close')).join(), await ended(`${name}-1`)],
    plain: [plain.seen.filter((line) => line.startsWith('close')).join(), await ended(`${name}-2`)],
    dropped: dropped.seen.filter((line) => line.startsWith('message')),
    connecting: [before, ...connecting.seen, four.readyState],
    refused: await ended(`${name}-3`),
  });
}
