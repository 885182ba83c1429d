import { StringOutputParser } from "npm:@langchain/core@1.4.0/output_parsers";
import { ChatPromptTemplate } from "npm:@langchain/core@1.4.0/prompts";
import { ChatOpenAI } from "npm:@langchain/openai@1.6.0";

export default async () => {
  const model = new ChatOpenAI({ model: "gpt-4o", apiKey: "sk-test", maxRetries: 0, configuration: { baseURL: `${process.env.UPSTREAM}/v1` } });
  const prompt = ChatPromptTemplate.fromMessages([["system", "Speak {language}"], ["human", "{text}"]]);
  const chain = prompt.pipe(model).pipe(new StringOutputParser());
  return Response.json({ answer: await chain.invoke({ language: "French", text: "Hi" }) });
};
