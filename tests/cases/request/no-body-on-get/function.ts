export const handler = async (request: Request): Promise<Response> =>
  Response.json({ body: request.body === null ? null : 'a stream', text: await request.text() });
