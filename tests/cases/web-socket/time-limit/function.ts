export async function handler(request: Request): Promise<Response> {
  const socket = new WebSocket(await request.json());
  const { code } = await new Promise<CloseEvent>((resolve) => { socket.onclose = resolve; });
  return Response.json({ code });
}
