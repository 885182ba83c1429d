export async function handler(request: Request): Promise<Response> {
  const answer = await fetch(await request.json());
  return new Response(await answer.text());
}
