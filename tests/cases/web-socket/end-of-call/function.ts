export async function handler(request: Request, ctx: any): Promise<Response> {
  const upstream: string = await request.json();
  const what = new URL(request.url).search.slice(1) || 'plain';
  const name = (kind: string) => `end-of-call-${kind}`;
  if (what === 'ended') return fetch(`${upstream}/ended/${name('plain')}`);
  if (what.endsWith('-ended')) return fetch(`${upstream}/ended/${name(what.slice(0, -6))}`);
  const socket = new WebSocket(`${upstream}/socket/keep/${name(what)}`);
  await new Promise((resolve) => { socket.onmessage = resolve; });
  if (what === 'waits') await new Promise((resolve) => { socket.onclose = resolve; });
  if (what === 'background') {
    ctx.waitUntil(new Promise<void>((resolve) => {
      socket.onmessage = ({ data }) => {
        socket.onclose = () => resolve();
        socket.close(4000, data);
      };
      setTimeout(() => socket.send('worked'), 300);
    }));
  }
  return new Response('answered');
}
