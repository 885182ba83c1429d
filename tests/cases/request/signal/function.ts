export async function handler(request: Request): Promise<Response> {
  const changed = new Request(request, { method: 'PUT', headers: { 'x-a': '1' } });
  return Response.json({
    class: request instanceof Request,
    method: request.method,
    signal: request.signal.aborted,
    immutable: Object.isFrozen(request),
    init: `${changed.method} ${[...changed.headers.keys()].join()}`,
    text: await changed.text(),
  });
}
