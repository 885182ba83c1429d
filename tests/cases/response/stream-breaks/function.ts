export function handler(request: Request): Response {
  if (request.url.endsWith('?fine')) return new Response('fine');
  let sent = false;
  const stream = new ReadableStream({
    async pull(controller) {
      if (sent) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        throw new Error('broke in the middle');
      }
      sent = true;
      controller.enqueue(new TextEncoder().encode('the start'));
    },
  });
  return new Response(stream);
}
