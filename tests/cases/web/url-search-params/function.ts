export function handler(): Response {
  const params = new URLSearchParams([['a', '1'], ['a', '2']]);
  params.append('b', 'x y');
  params.set('c', '&=€');
  const unsorted = new URLSearchParams({ c: '3', a: '1', b: '2' });
  unsorted.sort();
  const parsed = new URLSearchParams('?x=1&y');
  const url = new URL('https://example.org/?k=v%20');
  url.searchParams.append('n', '1');
  return Response.json({
    text: params.toString(),
    all: params.getAll('a'),
    sorted: String(unsorted),
    has: [params.has('a', '2'), params.has('a', '3')],
    size: parsed.size,
    entries: [...parsed],
    bound: url.href,
  });
}
