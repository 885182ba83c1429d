const KINDS = ['masked', 'reserved-bit', 'opcode', 'continuation', 'utf8', 'long-ping', 'endless'];

export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const seen: Record<string, unknown> = {};
  for (const kind of KINDS) {
    const socket = new WebSocket(`${upstream}/socket/bad/${kind}`);
    let said = '';
    socket.onerror = (event) => { said = (event as ErrorEvent).message; };
    const { code } = await new Promise<CloseEvent>((resolve) => { socket.onclose = resolve; });
    seen[kind] = [said, code, await (await fetch(`${upstream}/ended/${kind}`)).text()];
  }
  return Response.json(seen);
}
