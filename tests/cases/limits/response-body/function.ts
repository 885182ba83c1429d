const piece = new Uint8Array(1 << 20);

export function handler(request: Request): Response {
  let left = Number(new URL(request.url).search.slice(1));
  const stream = new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(piece);
      else controller.close();
    },
  });
  return new Response(stream);
}
