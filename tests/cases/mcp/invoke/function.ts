export async function handler(request: Request, { user, caller }) {
  const url = new URL(request.url);
  switch (url.searchParams.get("do")) {
    case "text":
      return new Response("plain", { status: 201, headers: [["x-many", "1"], ["x-many", "2"]] });
    case "bytes":
      return new Response(new Uint8Array([255, 0]), { headers: { "content-type": "image/png" } });
    case "order":
      return new Response('{"z":1.50,"a":12345678901234567890}', { headers: { "content-type": "application/json" } });
    case "throw":
      throw new Error("on purpose");
    case "empty":
      return new Response(null, { status: 204 });
    case "spin":
      for (;;);
    case "events": {
      const encode = (text: string) => new TextEncoder().encode(text);
      const body = new ReadableStream({
        async start(controller) {
          for (const n of [1, 2]) {
            controller.enqueue(encode(`data: ${n}\n\n`));
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          controller.close();
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    }
    case "large":
      return new Response("x".repeat(Number(url.searchParams.get("size"))));
  }
  return Response.json({
    method: request.method,
    url: request.url,
    type: request.headers.get("content-type"),
    sent: request.headers.get("x-sent"),
    body: await request.text(),
    user: user?.id ?? null,
    caller: caller.type,
  });
}
