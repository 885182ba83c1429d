function deeper(level: number): number {
  return deeper(level + 1) + 1;
}

function nested(): string {
  let value: unknown[] = [];
  for (let i = 0; i < 200_000; i++) value = [value];
  return JSON.stringify(value);
}

export function handler(request: Request): Response {
  if (request.url.endsWith('?uncaught')) return new Response(String(deeper(0)));
  try {
    const result = request.url.endsWith('?json') ? nested() : deeper(0);
    return Response.json({ caught: false, result });
  } catch (error) {
    return Response.json({ caught: true, name: (error as Error).name });
  }
}
