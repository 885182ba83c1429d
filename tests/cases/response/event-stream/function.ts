export function handler(request: Request): Response {
  const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'max-age=1', 'content-length': '3' };
  if (request.url.endsWith('?text')) return new Response('data: all\n\n', { headers });
  const stream = new ReadableStream({
    start(controller) {
      const encoder = new TextEncoder();
      controller.enqueue(encoder.encode('data: 1\n\n'));
      setTimeout(() => {
        controller.enqueue(encoder.encode('data: 2\n\n'));
        controller.close();
      }, 20);
    },
  });
  return new Response(stream, { headers });
}
