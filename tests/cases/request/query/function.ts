export function handler(request: Request): Response {
  const { search, searchParams } = new URL(request.url);
  const [b, c, d, e, f] = ['b', 'c', 'd', 'e', 'f'].map((name) => searchParams.get(name));
  return Response.json({ search, a: searchParams.getAll('a'), b, c, d, e, f });
}
