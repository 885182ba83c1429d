export async function handler(request: Request): Promise<Response> {
  const socket = new WebSocket(await request.json());
  socket.binaryType = 'arraybuffer';
  let bytes = 0;
  socket.onmessage = ({ data }) => { bytes += data.byteLength; };
  await new Promise((resolve) => { socket.onopen = resolve; });
  // Nothing is taken meanwhile.
  const until = Date.now() + 300;
  while (Date.now() < until);
  const { code } = await new Promise<CloseEvent>((resolve) => { socket.onclose = resolve; });
  return Response.json({ bytes, code });
}
