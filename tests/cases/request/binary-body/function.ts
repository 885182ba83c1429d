export async function handler(request: Request): Promise<Response> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const headers = { 'x-hex': hex, 'content-type': request.headers.get('content-type') ?? 'application/octet-stream' };
  return new Response(bytes, { headers });
}
