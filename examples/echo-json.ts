// Reads a JSON body and answers with it, plus what the platform knows of the call.
interface Context {
  request: { id: string };
}

export async function handler(request: Request, ctx: Context): Promise<Response> {
  if (request.method !== 'POST') {
    return Response.json({ error: 'send a JSON object with POST' }, { status: 405, headers: { allow: 'POST' } });
  }
  let body: unknown;
  try {
    body = await request.json();
  } catch {
    return Response.json({ error: 'the body is not valid JSON' }, { status: 400 });
  }
  return Response.json({ received: body, requestId: ctx.request.id });
}
