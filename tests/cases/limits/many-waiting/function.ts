export async function handler(): Promise<Response> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  return new Response('waited');
}
