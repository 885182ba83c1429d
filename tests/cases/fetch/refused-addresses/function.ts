export async function handler(request: Request): Promise<Response> {
  try {
    return Response.json({ ok: (await fetch(await request.json())).status });
  } catch (error) {
    const { name, message, cause } = error as Error;
    return Response.json({ name, message, cause: cause === undefined ? null : String(cause) });
  }
}
