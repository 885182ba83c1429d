const top = Date.now();
console.log('evaluated');

export function handler(request: Request): Response {
  const than = new URL(request.url).searchParams.get('than');
  return Response.json({ top, later: than === null ? null : top > Number(than) });
}
