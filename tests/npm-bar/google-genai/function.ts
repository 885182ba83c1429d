import { ApiError, GoogleGenAI, Type } from "npm:@google/genai@2.32.0";

export default async () => {
  const ai = new GoogleGenAI({ apiKey: "key-1", httpOptions: { baseUrl: process.env.UPSTREAM } });
  const response = await ai.models.generateContent({ model: "gemini-2.5-flash", contents: "Hi" });
  const pieces: (string | undefined)[] = [];
  for await (const chunk of await ai.models.generateContentStream({ model: "gemini-2.5-flash", contents: "Count" })) pieces.push(chunk.text);
  const missing = await ai.models.generateContent({ model: "nope", contents: "x" }).catch((error) => error);
  return Response.json({ text: response.text, pieces, missing: [missing instanceof ApiError, missing.status], type: Type.OBJECT });
};
