import { embedMany, generateObject, generateText, simulateReadableStream, stepCountIs, streamText, tool } from "npm:ai@7.0.173";
import { MockEmbeddingModelV4, MockLanguageModelV4 } from "npm:ai@7.0.173/test";
import { z } from "npm:zod@4.6.7";

const usage = {
  inputTokens: { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 5, text: 5, reasoning: undefined },
};
const text = (text: string) => ({
  content: [{ type: "text" as const, text }], finishReason: { unified: "stop" as const, raw: undefined }, usage, warnings: [],
});

export default async () => {
  const plain = await generateText({ model: new MockLanguageModelV4({ doGenerate: async () => text("Hello!") }), prompt: "Hi" });

  let step = 0;
  const agent = await generateText({
    model: new MockLanguageModelV4({
      doGenerate: async () =>
        step++ === 0
          ? {
            ...text(""), finishReason: { unified: "tool-calls" as const, raw: undefined },
            content: [{ type: "tool-call" as const, toolCallId: "1", toolName: "add", input: '{"a":1,"b":2}' }],
          }
          : text("It is 3."),
    }),
    tools: { add: tool({ inputSchema: z.object({ a: z.number(), b: z.number() }), execute: async ({ a, b }) => a + b }) },
    stopWhen: stepCountIs(5),
    prompt: "1 + 2?",
  });

  const stream = streamText({
    model: new MockLanguageModelV4({
      doStream: async () => ({
        stream: simulateReadableStream({
          chunkDelayInMs: 2,
          chunks: [
            { type: "text-start", id: "1" },
            ...["One", ", ", "two"].map((delta) => ({ type: "text-delta" as const, id: "1", delta })),
            { type: "text-end", id: "1" },
            { type: "finish", finishReason: { unified: "stop", raw: undefined }, usage },
          ],
        }),
      }),
    }),
    prompt: "Count",
  });
  const pieces: string[] = [];
  for await (const piece of stream.textStream) pieces.push(piece);
  const page = stream.toUIMessageStreamResponse();
  const object = await generateObject({
    model: new MockLanguageModelV4({ doGenerate: async () => text('{"name":"x","tags":["a"]}') }),
    schema: z.object({ name: z.string(), tags: z.array(z.string()) }),
    prompt: "Make one",
  });
  const { embeddings } = await embedMany({
    model: new MockEmbeddingModelV4({ doEmbed: async ({ values }) => ({ embeddings: values.map((value) => [value.length]), warnings: [] }) }),
    values: ["a", "bcd"],
  });
  return Response.json({
    plain: [plain.text, plain.usage.totalTokens],
    agent: [agent.text, agent.steps.length, agent.steps[0].toolResults[0].output],
    pieces,
    page: [page.headers.get("content-type"), (await page.text()).includes('"delta":"two"')],
    object: object.object,
    embeddings,
  });
};
