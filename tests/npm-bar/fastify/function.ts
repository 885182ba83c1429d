import Fastify from "npm:fastify@5.12.8";

export default async () => {
  const app = Fastify();
  app.get("/items/:id", async (request) => ({ id: (request.params as { id: string }).id }));
  const answer = await app.inject("/items/7");
  return Response.json({ status: answer.statusCode, body: answer.json() });
};
