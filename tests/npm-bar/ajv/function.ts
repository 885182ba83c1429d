import Ajv from "npm:ajv@8.20.0";
import Ajv2020 from "npm:ajv@8.20.0/dist/2020.js";
import addFormats from "npm:ajv-formats@3.0.1";

const ajv = new Ajv({ allErrors: true, useDefaults: true, coerceTypes: true });
addFormats(ajv);
ajv.addKeyword({ keyword: "even", type: "number", validate: (wanted: boolean, data: number) => (data % 2 === 0) === wanted });
const validate = ajv.compile({
  type: "object",
  properties: {
    email: { type: "string", format: "email" },
    count: { type: "integer", minimum: 1, even: true },
    color: { enum: ["red", "green"], default: "red" },
    parent: { $ref: "#/$defs/node" },
  },
  required: ["email"],
  additionalProperties: false,
  $defs: { node: { type: "object", properties: { next: { $ref: "#/$defs/node" }, id: { type: "string", pattern: "^\\p{L}+$" } } } },
});

export default () => {
  const good = { email: "a@example.org", count: "4", parent: { next: { id: "é" } } };
  const isGood = validate(good);
  const bad = validate({ email: "x", count: 3, other: 1, parent: { id: "1" } });
  const errors = ajv.errorsText(validate.errors, { separator: "; " });
  const tuple = new Ajv2020().compile({ type: "array", prefixItems: [{ type: "number" }, { type: "string" }], items: false });
  return Response.json({ isGood, good, bad, errors, tuple: [tuple([1, "a"]), tuple([1, 2]), tuple([1, "a", 3])] });
};
