export async function handler(request: Request): Promise<Response> {
  if (request.url.endsWith('?catch')) {
    try {
      Deno.exit(1);
    } catch {
      return new Response('still here');
    }
  }
  Deno.exit(3);
  await new Promise(() => {});
  return new Response('still here');
}
