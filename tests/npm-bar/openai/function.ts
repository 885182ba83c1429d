import OpenAI, { toFile } from "npm:openai@7.57.0";
import { zodResponseFormat } from "npm:openai@7.57.0/helpers/zod";
import { z } from "npm:zod@4.6.7";

const openai = new OpenAI({
  apiKey: "sk-test",
  organization: "org-1",
  baseURL: `${Deno.env.get("UPSTREAM")}/v1`,
});

export default async () => {
  const messages = [{ role: "user" as const, content: "Say hi" }];
  const completion = await openai.chat.completions.create({ model: "gpt-5", messages, temperature: 0.5 });
  const stream = await openai.chat.completions.create({ model: "gpt-5", messages, stream: true });
  const pieces: string[] = [];
  for await (const chunk of stream) {
    const piece = chunk.choices[0]?.delta?.content;
    if (piece) pieces.push(piece);
  }
  const response = await openai.responses.create({ model: "gpt-5", input: "Say hi" });
  const file = await openai.files.create({ file: await toFile(new TextEncoder().encode("some notes"), "notes.txt"), purpose: "assistants" });
  const embeddings = await openai.embeddings.create({ model: "e", input: "x" });
  const missing = await openai.models.retrieve("nope").catch((error) => error);
  return Response.json({
    content: completion.choices[0].message.content,
    requestId: completion._request_id,
    usage: completion.usage,
    pieces,
    response: response.output_text,
    file: file.id,
    embedding: embeddings.data[0].embedding,
    missing: [missing instanceof OpenAI.NotFoundError, missing.status, missing.code, missing.message],
    format: zodResponseFormat(z.object({ a: z.string() }), "answer").json_schema.schema,
  });
};
