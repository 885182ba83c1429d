import { GoogleGenerativeAI, GoogleGenerativeAIFetchError, SchemaType } from "npm:@google/generative-ai@0.24.1";

export default async () => {
  const model = new GoogleGenerativeAI("key-1").getGenerativeModel(
    { model: "gemini-2.0-flash", generationConfig: { temperature: 0.5 } },
    { baseUrl: process.env.UPSTREAM },
  );
  const { response } = await model.generateContent("Hi");
  const streamed = await model.generateContentStream(["Count"]);
  const pieces: string[] = [];
  for await (const chunk of streamed.stream) pieces.push(chunk.text());
  const chat = model.startChat({ history: [{ role: "user", parts: [{ text: "a" }] }, { role: "model", parts: [{ text: "b" }] }] });
  const refused = await chat.sendMessage("and now").catch((error) => error);
  return Response.json({
    text: response.text(),
    tokens: response.usageMetadata?.totalTokenCount,
    pieces,
    whole: (await streamed.response).text(),
    refused: [refused instanceof GoogleGenerativeAIFetchError, refused.status],
    schema: SchemaType.OBJECT,
  });
};
