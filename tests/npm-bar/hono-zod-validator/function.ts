import { zValidator } from "npm:@hono/zod-validator@0.9.1";
import { Hono } from "npm:hono@4.13.19";
import { z } from "npm:zod@4.6.7";

const app = new Hono()
  .post("/users", zValidator("json", z.object({ name: z.string(), age: z.number().int() })), (c) => {
    const user = c.req.valid("json");
    return c.json({ ...user, older: user.age + 1 });
  })
  .get(
    "/list",
    zValidator("query", z.object({ page: z.coerce.number().min(1) }), (result, c) => {
      if (!result.success) return c.json({ wrong: result.error.issues[0].path }, 422);
    }),
    (c) => c.json({ page: c.req.valid("query").page }),
  );

async function ask(path: string, body?: unknown) {
  const headers = { "content-type": "application/json" };
  const init = body === undefined ? {} : { method: "POST", headers, body: JSON.stringify(body) };
  const response = await app.request(path, init);
  return [response.status, await response.json()];
}

export default async () => {
  const [status, refused] = await ask("/users", { name: "a", age: 1.5 });
  return Response.json({
    good: await ask("/users", { name: "a", age: 1 }),
    bad: [status, refused.success],
    page: await ask("/list?page=2"),
    noPage: await ask("/list?page=0"),
  });
};
