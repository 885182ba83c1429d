export async function handler(request: Request): Promise<Response> {
  const name = `no-such-${request.method.toLowerCase()}`;
  try {
    await import(name);
    return Response.json({ caught: false });
  } catch (error) {
    return Response.json({ caught: error instanceof Error });
  }
}
