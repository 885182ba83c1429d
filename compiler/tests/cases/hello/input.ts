export async function handler(req: Request): Promise<Response> {
  const name: string = new URL(req.url).searchParams.get("name") ?? "world";
  return new Response(`hello, ${name}`);
}
