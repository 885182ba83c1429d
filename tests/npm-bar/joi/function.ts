import Joi from "npm:joi@18.3.2";

const schema = Joi.object({
  username: Joi.string().alphanum().min(3).max(30).required(),
  password: Joi.string().pattern(/^[a-zA-Z0-9]{3,30}$/),
  again: Joi.ref("password"),
  email: Joi.string().email({ tlds: { allow: ["com", "org"] } }),
  born: Joi.number().integer().min(1900),
  when: Joi.date().iso(),
  kind: Joi.any().when("born", { is: Joi.number().greater(2000), then: Joi.valid("young"), otherwise: Joi.forbidden() }),
}).with("username", "born").xor("password", "token").unknown(false);

export default async () => {
  const good = schema.validate({ username: "abc", born: "2001", password: "abc", again: "abc", email: "a@example.org", kind: "young", when: "2026-01-31" });
  const bad = schema.validate({ username: "a!", password: "x", email: "a@b.nope", other: 1 }, { abortEarly: false });
  const later = Joi.string().external(async (value) => {
    if (value === "taken") throw new Error("is taken");
  });
  return Response.json({
    good: good.value,
    none: good.error === undefined,
    bad: bad.error!.details.map(({ message }) => message),
    external: await later.validateAsync("taken").catch((error: Error) => error.message),
    custom: Joi.attempt("5", Joi.number().custom((value) => value * 2)),
  });
};
