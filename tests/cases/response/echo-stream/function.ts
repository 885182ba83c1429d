export function handler(request: Request): Response {
  if (!request.url.endsWith('?through')) return new Response(request.body);
  const upper = new TransformStream<string, string>({
    transform(chunk, controller) {
      controller.enqueue(chunk.toUpperCase());
    },
  });
  const body = request.body!.pipeThrough(new TextDecoderStream()).pipeThrough(upper).pipeThrough(new TextEncoderStream());
  return new Response(body);
}
