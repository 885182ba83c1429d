import { all, bignumber, chain, complex, create, derivative, det, evaluate, inv, parse, simplify, unit } from "npm:mathjs@15.2.0";

const math = create(all, { number: "BigNumber", precision: 40 });

export default () =>
  Response.json({
    evaluated: evaluate("sqrt(3^2 + 4^2) + sin(pi / 2)"),
    scope: evaluate("f(x) = a x^2; f(3)", { a: 2 }).entries,
    units: unit("12.7 cm").to("inch").toString(),
    complex: String(complex(2, 3).mul(complex(0, 1))),
    derivative: derivative("x^3 + 2 x", "x").toString(),
    simplified: simplify("2 x + 3 x").toString(),
    determinant: det([[1, 2], [3, 4]]),
    inverse: inv([[2, 0], [0, 4]]),
    chain: chain(3).add(4).multiply(2).done(),
    big: math.evaluate("1/3").toString(),
    exact: bignumber("0.1").plus("0.2").toString(),
    tex: parse("a / b").toTex(),
  });
