const SIZE = 5 * 1024 * 1024;

export function handler(request: Request): Response {
  if (request.url.endsWith('?text')) return new Response('x'.repeat(SIZE));
  if (!request.url.endsWith('?stream')) return new Response(new Uint8Array(SIZE));
  let left = SIZE;
  const stream = new ReadableStream({
    pull(controller) {
      const size = Math.min(left, 100_000);
      if (size === 0) controller.close();
      else controller.enqueue(new Uint8Array(size));
      left -= size;
    },
  });
  return new Response(stream);
}
