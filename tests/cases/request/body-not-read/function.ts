export async function handler(request: Request): Promise<Response> {
  if (!request.url.endsWith('?first')) return new Response(null, { status: 202 });
  const reader = request.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new Response(value!.slice(0, 1));
}
