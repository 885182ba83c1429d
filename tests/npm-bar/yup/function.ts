import * as yup from "npm:yup@1.7.1";

const schema = yup.object({
  name: yup.string().trim().required(),
  age: yup.number().required().positive().integer(),
  email: yup.string().email(),
  site: yup.string().url().nullable().default(null),
  password: yup.string().min(8),
  again: yup.string().oneOf([yup.ref("password")], "passwords must match"),
  tags: yup.array().of(yup.string().lowercase()).default([]),
}).noUnknown();

export default async () => {
  const good = await schema.validate({ name: " Ada ", age: "36", password: "longenough", again: "longenough", tags: ["A"] });
  const errors = await schema.validate({ age: -1, email: "x", password: "short", again: "other" }, { abortEarly: false })
    .catch((error: yup.ValidationError) => error.inner.map(({ path, message }) => [path, message]));
  const conditional = yup.object({
    big: yup.boolean(),
    count: yup.number().when("big", { is: true, then: (s) => s.min(5), otherwise: (s) => s.min(0) }),
  });
  return Response.json({
    good,
    errors,
    conditional: [conditional.isValidSync({ big: true, count: 3 }), conditional.isValidSync({ big: false, count: 3 })],
    cast: yup.date().cast("2026-01-31T00:00:00Z"),
    described: Object.keys(schema.describe().fields),
    lazy: yup.lazy((value) => Array.isArray(value) ? yup.array() : yup.string()).validateSync([1]),
  });
};
