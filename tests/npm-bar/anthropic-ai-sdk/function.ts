import Anthropic from "npm:@anthropic-ai/sdk@1.14.0";

export default async () => {
  const anthropic = new Anthropic({ apiKey: "sk-ant", baseURL: process.env.UPSTREAM });
  const messages = [{ role: "user" as const, content: "Hi" }];
  const message = await anthropic.messages.create({ model: "claude", max_tokens: 100, system: "Be short.", messages });

  const texts: string[] = [];
  const stream = anthropic.messages
    .stream({
      model: "claude", max_tokens: 100, messages,
      tools: [{ name: "weather", input_schema: { type: "object", properties: { city: { type: "string" } } } }],
    })
    .on("text", (text) => texts.push(text));
  const final = await stream.finalMessage();

  const events: string[] = [];
  for await (const event of await anthropic.messages.create({ model: "claude", max_tokens: 1, messages, stream: true })) {
    events.push(event.type);
  }
  const refused = await anthropic.messages.create({ model: "claude", messages } as never).catch((error) => error);
  return Response.json({
    content: message.content,
    usage: message.usage,
    requestId: message._request_id,
    texts,
    final: final.content,
    stop: final.stop_reason,
    events,
    refused: [refused instanceof Anthropic.BadRequestError, refused.status, refused.message],
  });
};
