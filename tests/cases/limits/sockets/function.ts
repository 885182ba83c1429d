export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const open = () => new Promise<WebSocket>((resolve, reject) => {
    const socket = new WebSocket(`${upstream}/socket/echo`);
    socket.onopen = () => resolve(socket);
    socket.onerror = (event) => reject(new Error((event as ErrorEvent).message));
  });
  const sockets = await Promise.all(Array.from({ length: 128 }, open));
  const error = await open().then(() => '', (error) => error.message);
  const one = open();
  setTimeout(() => sockets[0]!.close(), 100);
  const { readyState } = await one;
  return Response.json({ open: sockets.filter((socket) => socket.readyState !== 3).length + 1, error, waited: readyState });
}
