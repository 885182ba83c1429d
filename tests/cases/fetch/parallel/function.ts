export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const start = performance.now();
  const late = async (): Promise<string> => (await fetch(`${upstream}/slow/400`)).text();
  const texts = await Promise.all([late(), late(), late(), late(), late()]);
  return Response.json({ texts, together: performance.now() - start < 1900 });
}
