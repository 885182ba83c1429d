export function handler(): Response {
  const stream = new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.enqueue(new TextEncoder().encode('tick\n'));
    },
  });
  return new Response(stream);
}
