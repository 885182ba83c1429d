export function handler(request: Request): Response {
  const length = Number(new URL(request.url).search.slice(1));
  console.log('ä'.repeat(length - 1) + '!');
  return new Response();
}
