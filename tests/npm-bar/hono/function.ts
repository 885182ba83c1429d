import { Hono } from "npm:hono@4.13.19";
import { basicAuth } from "npm:hono@4.13.19/basic-auth";
import { getCookie, setCookie } from "npm:hono@4.13.19/cookie";
import { cors } from "npm:hono@4.13.19/cors";
import { HTTPException } from "npm:hono@4.13.19/http-exception";
import { jwt, sign } from "npm:hono@4.13.19/jwt";
import { streamSSE } from "npm:hono@4.13.19/streaming";
import { validator } from "npm:hono@4.13.19/validator";

type Variables = { user: string };
const app = new Hono<{ Variables: Variables }>();
app.use("*", async (c, next) => {
  c.set("user", "somebody");
  await next();
  c.header("x-after", "yes");
});
app.use("/api/*", cors({ origin: "https://app.example", allowMethods: ["GET", "POST"] }));
app.use("/admin/*", basicAuth({ username: "a", password: "b" }));
app.use("/token/*", jwt({ secret: "s3cret", alg: "HS256" }));
app.get("/api/items/:id{[0-9]+}", (c) => c.json({ id: c.req.param("id"), q: c.req.query("q"), user: c.get("user") }));
app.post("/api/items", validator("json", (value, c) => value.name ? value : c.text("no name", 400)), (c) =>
  c.json({ made: c.req.valid("json").name }, 201));
app.get("/admin/x", (c) => c.text("in"));
app.get("/token/x", (c) => c.json(c.get("jwtPayload")));
app.get("/cookie", (c) => {
  setCookie(c, "b", "2", { httpOnly: true, path: "/" });
  return c.text(getCookie(c, "a") ?? "none");
});
app.get("/events", (c) =>
  streamSSE(c, async (stream) => {
    for (let n = 1; n <= 3; n++) {
      await stream.writeSSE({ data: `n=${n}`, event: "tick", id: String(n) });
      await stream.sleep(5);
    }
  }));
app.get("/teapot", () => {
  throw new HTTPException(418, { message: "short and stout" });
});
app.onError((error, c) => error instanceof HTTPException ? error.getResponse() : c.text("oh", 500));
app.notFound((c) => c.json({ missing: c.req.path }, 404));
app.route("/nested", new Hono().get("/", (c) => c.text("nested")));

async function ask(path: string, init?: RequestInit) {
  const response = await app.request(path, init);
  const headers: Record<string, string> = {};
  for (const name of ["x-after", "access-control-allow-origin", "access-control-allow-methods", "www-authenticate", "set-cookie", "content-type"]) {
    const value = response.headers.get(name);
    if (value) headers[name] = value;
  }
  return { status: response.status, text: await response.text(), headers };
}

export default async () => {
  const token = await sign({ sub: "u1", exp: 4_000_000_000 }, "s3cret", "HS256");
  const json = { "content-type": "application/json" };
  return Response.json({
    item: await ask("/api/items/7?q=%C3%A9", { headers: { origin: "https://app.example" } }),
    preflight: await ask("/api/items", { method: "OPTIONS", headers: { origin: "https://app.example" } }),
    made: await ask("/api/items", { method: "POST", headers: json, body: '{"name":"x"}' }),
    refused: await ask("/api/items", { method: "POST", headers: json, body: "{}" }),
    noAuth: await ask("/admin/x"),
    auth: await ask("/admin/x", { headers: { authorization: "Basic " + btoa("a:b") } }),
    noToken: (await ask("/token/x")).status,
    token: await ask("/token/x", { headers: { authorization: `Bearer ${token}` } }),
    cookie: await ask("/cookie", { headers: { cookie: "a=1" } }),
    events: await ask("/events"),
    teapot: await ask("/teapot"),
    missing: await ask("/api/items/x"),
    nested: (await ask("/nested")).text,
  });
};
