export function handler(): Response {
  const headers = new Headers({ 'X-One': '1', 'x-two': '2', 'Cache-Control': 'no-store' });
  headers.append('set-cookie', 'a=1; Path=/');
  headers.append('set-cookie', 'b=2; HttpOnly');
  headers.append('X-Two', '3');
  for (const name of ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'trailer']) headers.set(name, 'chunked');
  headers.set('content-length', '99');
  return new Response('hello', { headers });
}
