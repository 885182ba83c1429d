export function handler(request: Request): Response {
  const count = Number(new URL(request.url).search.slice(1));
  for (let i = 1; i <= count; i++) console.log(`${i}`);
  return new Response();
}
