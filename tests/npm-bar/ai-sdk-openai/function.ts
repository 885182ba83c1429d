import { createOpenAI } from "npm:@ai-sdk/openai@4.0.118";
import { streamText } from "npm:ai@7.0.173";

export default async () => {
  const openai = createOpenAI({ apiKey: "sk-test", baseURL: `${process.env.UPSTREAM}/v1` });
  const stream = streamText({ model: openai.chat("gpt-5"), prompt: "Count" });
  const pieces: string[] = [];
  for await (const piece of stream.textStream) pieces.push(piece);
  return Response.json({ pieces, tokens: (await stream.usage).totalTokens, reason: await stream.finishReason });
};
