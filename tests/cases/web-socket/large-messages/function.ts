const MOST = 16 * 1024 * 1024;

export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const on = new WebSocket(`${upstream}/socket/size/${MOST}`);
  on.binaryType = 'arraybuffer';
  const { data } = await new Promise<MessageEvent<ArrayBuffer>>((resolve) => { on.onmessage = resolve; });
  const past = new WebSocket(`${upstream}/socket/size/${MOST + 1}`);
  let said = '';
  past.onerror = (event) => { said = (event as ErrorEvent).message; };
  const { code } = await new Promise<CloseEvent>((resolve) => { past.onclose = resolve; });
  const view = new Uint8Array(data);
  return Response.json({
    on: [view.length, view[0] === 120 && view[MOST / 2] === 120 && view[MOST - 1] === 120],
    past: [said, code],
    told: await (await fetch(`${upstream}/ended/${MOST + 1}`)).text(),
  });
}
