import _ from "npm:lodash@4.18.1";
import debounce from "npm:lodash@4.18.1/debounce.js";

export default async () => {
  const people = [
    { name: "Ada", age: 36, tags: ["math"] },
    { name: "Grace", age: 85, tags: ["navy", "math"] },
    { name: "Alan", age: 41, tags: ["logic"] },
  ];
  let calls = 0;
  const later = debounce(() => ++calls, 10);
  later(), later();
  await new Promise((resolve) => setTimeout(resolve, 40));
  return Response.json({
    grouped: _.mapValues(_.groupBy(people, (person) => (person.age > 40 ? "older" : "younger")), (all) => _.map(all, "name")),
    ordered: _.orderBy(people, ["age"], ["desc"]).map((person) => person.name),
    chain: _(people).flatMap("tags").uniq().sort().join(","),
    get: _.get({ a: [{ b: { c: 3 } }] }, "a[0].b.c"),
    set: _.set({}, "x.y[1]", 1),
    merged: _.merge({ a: { b: 1 } }, { a: { c: [2] } }),
    equal: _.isEqual(new Map([["a", new Set([1])]]), new Map([["a", new Set([1])]])),
    clone: (() => {
      const from = { date: new Date(0), at: /x/g, bytes: new Uint8Array([1]) };
      const to = _.cloneDeep(from);
      return [to !== from, to.date.getTime(), String(to.at), to.bytes[0]];
    })(),
    template: _.template("Hi <%- name %>! <% if (n > 1) { %>many<% } %>")({ name: "<b>", n: 2 }),
    words: [_.camelCase("foo bar-baz"), _.kebabCase("fooBarBaz"), _.startCase("éclair_au chocolat"), _.deburr("déjà vu")],
    chunk: _.chunk([1, 2, 3, 4, 5], 2),
    debounced: calls,
    global: _.isFunction(_.noop) && _.isPlainObject({}) && !_.isPlainObject(new Date()),
  });
};
