import { AutoRouter, cors, error, json, Router, StatusError, withParams } from "npm:itty-router@5.0.24";

const { preflight, corsify } = cors({ origin: "https://app.example" });
const router = AutoRouter({ before: [preflight], finally: [corsify] });
router
  .get("/items/:id", ({ id, query }) => ({ id, query }))
  .post("/items", async (request) => json({ got: await request.json() }, { status: 201 }))
  .get("/secret", () => error(403, "not you"))
  .get("/throws", () => {
    throw new StatusError(409, "conflict");
  })
  .get("/files/:path+", ({ path }) => ({ path }));

const plain = Router({ base: "/v2" });
plain.get("/:a/:b?", withParams, ({ a, b }) => new Response(`${a}-${b}`));

async function ask(path: string, init?: RequestInit) {
  const response = await router.fetch(new Request(`https://x.example${path}`, init));
  return [response.status, await response.text(), response.headers.get("access-control-allow-origin")];
}

export default async () =>
  Response.json({
    item: await ask("/items/7?a=1&a=2", { headers: { origin: "https://app.example" } }),
    made: await ask("/items", { method: "POST", body: '{"a":1}' }),
    secret: await ask("/secret"),
    throws: await ask("/throws"),
    files: await ask("/files/a/b.txt"),
    missing: (await ask("/nothing"))[0],
    preflight: (await ask("/items", { method: "OPTIONS", headers: { origin: "https://app.example" } }))[0],
    plain: await (await plain.fetch(new Request("https://x.example/v2/one"))).text(),
  });
