export function handler(request: Request): Response {
  if (request.url.endsWith('?stream')) {
    const endless = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        controller.enqueue(new TextEncoder().encode('data: x\n\n'));
      },
    });
    return new Response(endless, { headers: { 'content-type': 'text/event-stream' } });
  }
  return new Response('hello there', { headers: { 'x-a': '1' } });
}
