function deeper(level: number): number {
  return deeper(level + 1) + 1;
}

export function handler(request: Request): Response {
  if (request.url.endsWith('?uncaught')) return new Response(String(deeper(0)));
  try {
    return Response.json({ caught: false, result: deeper(0) });
  } catch (error) {
    return Response.json({ caught: true, name: (error as Error).name });
  }
}
