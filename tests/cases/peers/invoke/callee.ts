export async function handler(request: Request, ctx: any): Promise<Response> {
  const content = await request.text();
  if (content.includes('"throw"')) throw new Error('callee broke');
  if (content.includes('"stream"')) {
    const pieces = ['one ', 'two ', 'three'];
    const pull = async (controller: ReadableStreamDefaultController) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(piece));
    };
    return new Response(new ReadableStream({ pull }));
  }
  const header = (name: string) => request.headers.get(name);
  const said = {
    method: request.method,
    content,
    type: header('content-type'),
    mine: header('x-mine'),
    userHeader: header('x-user-id'),
    depth: header('x-butterbase-loop-depth'),
    source: header('x-butterbase-caller-source-fn'),
    authorization: header('authorization'),
    cookie: header('cookie'),
    caller: ctx.caller,
    user: ctx.user,
    app: ctx.app.id,
    id: ctx.request.id,
    name: ctx.request.functionName,
    ip: ctx.request.ip,
  };
  return Response.json(said, { status: 201, headers: { 'x-answer': '1' } });
}
