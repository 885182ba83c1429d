import * as v from "npm:valibot@1.5.0";

const User = v.object({
  email: v.pipe(v.string(), v.trim(), v.email("not an address")),
  age: v.optional(v.pipe(v.number(), v.integer(), v.minValue(18)), 18),
  role: v.picklist(["admin", "user"]),
  born: v.pipe(v.string(), v.isoDate(), v.transform((text) => new Date(text))),
});
const Event = v.variant("type", [
  v.object({ type: v.literal("a"), n: v.number() }),
  v.object({ type: v.literal("b"), s: v.string() }),
]);

export default async () => {
  const good = v.parse(User, { email: " a@example.org ", role: "user", born: "2000-02-29" });
  const bad = v.safeParse(User, { email: "x", age: 1.5, role: "root", born: "2000-02-29" });
  const later = v.pipeAsync(v.string(), v.checkAsync(async (text) => text !== "taken", "is taken"));
  return Response.json({
    good,
    issues: v.flatten(bad.issues!).nested,
    variant: v.is(Event, { type: "b", s: "x" }),
    wrong: v.safeParse(Event, { type: "a", n: "1" }).issues?.[0].message,
    taken: (await v.safeParseAsync(later, "taken")).issues?.[0].message,
    partial: v.parse(v.partial(v.pick(User, ["role"])), {}),
    keys: Object.keys(User.entries),
    brand: v.safeParse(v.record(v.string(), v.tuple([v.number(), v.boolean()])), { a: [1, true] }).success,
  });
};
