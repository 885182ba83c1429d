// The smallest function: answers every request.
export default function handler(request: Request): Response {
  const name = new URL(request.url).searchParams.get('name') ?? 'world';
  return new Response(`Hello, ${name}!\n`);
}
