// Server-sent events: the response is a stream that is written while the caller reads it.
export default function handler(request: Request): Response {
  const count = Math.min(Number(new URL(request.url).searchParams.get('count') ?? 5), 100);
  const encoder = new TextEncoder();
  let sent = 0;
  const events = new ReadableStream({
    async pull(controller) {
      if (sent >= count) {
        controller.close();
        return;
      }
      if (sent > 0) await new Promise((resolve) => setTimeout(resolve, 50));
      sent += 1;
      controller.enqueue(encoder.encode(`id: ${sent}\ndata: ${JSON.stringify({ tick: sent })}\n\n`));
    },
  });
  return new Response(events, { headers: { 'content-type': 'text/event-stream' } });
}
