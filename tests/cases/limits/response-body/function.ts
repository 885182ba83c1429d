const piece = new Uint8Array(1 << 20);

export function handler(request: Request): Response {
  const { search } = new URL(request.url);
  if (search.startsWith('?text')) return new Response('x'.repeat(Number(search.slice(5)) << 20));
  let left = Number(search.slice(1));
  const stream = new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(piece);
      else controller.close();
    },
  });
  return new Response(stream);
}
