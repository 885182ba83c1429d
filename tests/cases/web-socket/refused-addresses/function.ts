export async function handler(request: Request): Promise<Response> {
  const socket = new WebSocket(await request.json());
  let error = '';
  socket.onerror = (event) => { error = (event as ErrorEvent).message; };
  const { code } = await new Promise<CloseEvent>((resolve) => { socket.onclose = resolve; });
  return Response.json({ error, code });
}
