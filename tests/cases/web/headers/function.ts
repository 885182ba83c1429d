function nameOf(attempt: () => unknown): string {
  try {
    attempt();
    return 'none';
  } catch (error) {
    return (error as Error).name;
  }
}

export function handler(): Response {
  const headers = new Headers([['B', '3'], ['a', '1']]);
  headers.append('A', '2');
  headers.append('Set-Cookie', 'x=1');
  headers.append('set-cookie', 'y=2');
  const sorted = [...headers];
  headers.set('t', '  v ');
  headers.delete('b');
  return Response.json({
    sorted,
    cookies: headers.getSetCookie(),
    trimmed: headers.get('T'),
    missing: headers.get('b'),
    errors: [nameOf(() => headers.set('a b', '1')), nameOf(() => headers.set('a', 'x\ny'))],
  });
}
