import qs from "npm:qs@6.17.1";

export default () =>
  Response.json({
    parsed: qs.parse("a[b][c]=1&a[d][]=2&a[d][]=3&e=%C3%A9&f"),
    dots: qs.parse("a.b=c", { allowDots: true }),
    list: qs.parse("a=1,2", { comma: true }),
    text: qs.stringify({ a: { b: ["x", "y z"] }, c: null, d: undefined, e: new Date(0) }),
    brackets: qs.stringify({ a: ["b", "c"] }, { arrayFormat: "brackets", encode: false }),
    repeat: qs.stringify({ a: ["b", "c"], z: 1 }, { arrayFormat: "repeat", addQueryPrefix: true, sort: (a, b) => b.localeCompare(a) }),
    safe: Object.keys(qs.parse("__proto__[x]=1&a=1")),
    nulls: qs.stringify({ a: null, b: "" }, { strictNullHandling: true }),
  });
