export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const headers = new Headers({ 'X-A': '1', 'User-Agent': 'case/1' });
  headers.append('x-a', '2');
  const answer = await fetch(`${upstream}/echo?a=b c&d#hash`, { method: 'PUT', body: '€', headers });
  const { method, target, body, bytes, headers: pairs } = await answer.json();
  const sent: Record<string, string[]> = {};
  for (const [name, value] of pairs) (sent[name] ??= []).push(value);
  return Response.json({
    status: answer.status,
    ok: answer.ok,
    type: answer.headers.get('content-type'),
    method,
    target,
    body,
    bytes,
    x: sent['x-a']?.join(', '),
    own: sent['user-agent']?.join(),
    kind: sent['content-type']?.join(),
    host: sent.host?.join() === new URL(upstream).host,
    forwarded: Object.keys(sent).filter((name) => name.startsWith('x-butterbase') || name === 'authorization' || name === 'x-app-id'),
  });
}
