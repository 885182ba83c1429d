import { Base44Error, createClientFromRequest } from "npm:@base44/sdk@0.8.50";

export default async () => {
  // As the platform sends it.
  const request = new Request("https://app.example/functions/x", {
    method: "POST",
    headers: {
      "Authorization": "Bearer user-token",
      "Base44-Service-Authorization": "Bearer service-token",
      "Base44-App-Id": "app1",
      "Base44-Api-Url": Deno.env.get("UPSTREAM")!,
    },
  });
  const base44 = createClientFromRequest(request);
  const list = await base44.entities.Todo.list("-created_date", 2);
  const made = await base44.entities.Todo.create({ title: "c" });
  const filtered = await base44.asServiceRole.entities.Todo.filter({ done: false });
  const updated = await base44.entities.Todo.update("3", { done: true });
  const user = await base44.auth.me();
  const answer = await base44.integrations.Core.InvokeLLM({ prompt: "hi" });
  const missing = await base44.entities.Todo.get("none").catch((error) => error);
  let refused = "";
  try {
    createClientFromRequest(new Request("https://app.example/"));
  } catch (error) {
    refused = (error as Error).message;
  }
  return Response.json({
    list, made, filtered, updated, user, answer, refused,
    missing: [missing instanceof Base44Error, missing.status, missing.code, missing.message],
  });
};
