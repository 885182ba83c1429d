import { z } from "npm:zod@4.6.7";

const Item = z.object({
  sku: z.string().regex(/^[A-Z]{3}-\d+$/),
  quantity: z.coerce.number().int().positive(),
  tags: z.array(z.string().trim().toLowerCase()).default([]),
});
const Order = z
  .object({
    id: z.uuid(),
    email: z.email(),
    placed: z.iso.datetime().transform((text) => new Date(text)),
    items: z.array(Item).min(1),
    payment: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("card"), last4: z.string().length(4) }),
      z.object({ kind: z.literal("invoice"), dueDays: z.number().max(90) }),
    ]),
  })
  .strict()
  .refine((order) => order.items.length < 3, { message: "too many items", path: ["items"] });

const good = {
  id: "8c0a58a1-9b3f-4b06-9e4c-6b9a3ab0f1de",
  email: "a@example.org",
  placed: "2026-01-31T12:00:00Z",
  items: [{ sku: "ABC-1", quantity: "3", tags: [" New "] }],
  payment: { kind: "card", last4: "4242" },
};

export default async () => {
  const order: z.infer<typeof Order> = Order.parse(good);
  const bad = Order.safeParse({ ...good, email: "nobody", items: [{ sku: "x", quantity: -1 }], extra: 1 });
  const checked = await z.string().refine(async (text) => text.length > 3, "short").safeParseAsync("abc");
  const Tree = z.object({ name: z.string(), get children() { return z.array(Tree); } });
  return Response.json({
    year: order.placed.getUTCFullYear(),
    items: order.items,
    issues: bad.error?.issues.map(({ code, path, message }) => ({ code, path: path.join("."), message })),
    pretty: z.prettifyError(bad.error!),
    async: checked.success,
    tree: Tree.parse({ name: "a", children: [{ name: "b", children: [] }] }),
    keys: Object.keys(Order.shape),
    partial: Item.partial().pick({ sku: true }).parse({}),
    schema: z.toJSONSchema(Item, { io: "input" }),
    brand: z.templateLiteral(["v", z.number()]).safeParse("v12").success,
    big: z.bigint().parse(12n) === 12n,
    codec: z.stringbool().parse("yes"),
  });
};
