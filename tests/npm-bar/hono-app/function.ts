// An application as the handler itself.
import { Hono } from "npm:hono@4.13.19";
import { HTTPException } from "npm:hono@4.13.19/http-exception";

const app = new Hono();
app.get("*", (c) => {
  const name = c.req.query("name");
  if (!name) throw new HTTPException(400, { message: "no name" });
  return c.json({ hello: name, method: c.req.method });
});

export default app;
