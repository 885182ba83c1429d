export async function handler(request: Request): Promise<Response> {
  const copy = request.clone();
  const text = await copy.text();
  try {
    const parsed: unknown = await request.json();
    return Response.json({ text, parsed, own: Object.keys(parsed as object), polluted: 'a' in {} });
  } catch (error) {
    return Response.json({ text, error: (error as Error).name });
  }
}
