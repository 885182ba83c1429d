const seen: string[] = [];

export async function handler(request: Request): Promise<Response> {
  const { name } = (await request.json()) as { name: string };
  seen.push(name);
  return Response.json({ seen }, { status: 201 });
}

export const warmup = (): Promise<Response> =>
  handler(new Request('http://localhost/', { method: 'POST', body: JSON.stringify({ name: 'warm' }) }));
