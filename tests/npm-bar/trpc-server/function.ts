import { initTRPC, TRPCError } from "npm:@trpc/server@11.25.2";
import { fetchRequestHandler } from "npm:@trpc/server@11.25.2/adapters/fetch";
import { z } from "npm:zod@4.6.7";

const t = initTRPC.context<{ user?: string }>().create();
const signedIn = t.procedure.use(({ ctx, next }) => {
  if (!ctx.user) throw new TRPCError({ code: "UNAUTHORIZED", message: "who are you" });
  return next({ ctx: { user: ctx.user } });
});
const router = t.router({
  hello: t.procedure.input(z.object({ name: z.string() })).query(({ input }) => `hello ${input.name}`),
  me: signedIn.query(({ ctx }) => ctx.user),
  add: t.procedure.input(z.array(z.number())).mutation(({ input }) => input.reduce((a, b) => a + b, 0)),
  count: t.procedure.subscription(async function* () {
    for (let n = 1; n <= 3; n++) yield n;
  }),
});

async function ask(path: string, init?: RequestInit) {
  const response = await fetchRequestHandler({
    endpoint: "/trpc",
    req: new Request(`https://x.example/trpc/${path}`, init),
    router,
    createContext: ({ req }) => ({ user: req.headers.get("x-user") ?? undefined }),
  });
  return [response.status, await response.text()] as const;
}

export default async () => {
  const input = (value: unknown) => `input=${encodeURIComponent(JSON.stringify(value))}`;
  const json = { "content-type": "application/json" };
  const [status, refused] = await ask("me");
  const [, wrong] = await ask(`hello?${input({})}`);
  const [, events] = await ask("count");
  return Response.json({
    hello: await ask(`hello?${input({ name: "you" })}`),
    me: await ask("me", { headers: { "x-user": "ada" } }),
    refused: [status, JSON.parse(refused).error.message],
    wrong: JSON.parse(wrong).error.data.code,
    add: await ask("add", { method: "POST", headers: json, body: "[1,2,3]" }),
    batch: await ask(`hello,me?batch=1&${input({ 0: { name: "b" } })}`, { headers: { "x-user": "eve" } }).then(([status, text]) => [status, JSON.parse(text)]),
    events: events.split("\n").filter((line) => line.startsWith("data: ")),
    caller: await t.createCallerFactory(router)({ user: "c" }).me(),
  });
};
