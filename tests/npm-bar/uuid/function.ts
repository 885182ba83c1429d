import { NIL, parse, stringify, v1, v3, v4, v5, v7, validate, version } from "npm:uuid@14.0.3";

export default () => {
  const ids = Array.from({ length: 50 }, () => v7());
  return Response.json({
    v4: v4(),
    v7: v7(),
    v1: version(v1()),
    v3: v3("example.org", v3.DNS),
    v5: v5("https://example.org/", v5.URL),
    valid: [validate(v4()), validate("no"), version(v4())],
    parsed: stringify(parse("6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b")),
    nil: NIL,
    distinct: new Set(ids).size,
    sorted: [...ids].sort().join() === ids.join(),
  });
};
