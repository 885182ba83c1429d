import ejs from "npm:ejs@7.0.2";

export default async () =>
  Response.json({
    text: ejs.render("<% for (const n of list) { %><li><%= n %></li><% } %><%- raw %>", { list: ["<a>", "b"], raw: "<hr>" }),
    later: await ejs.render("<%= await value %>", { value: Promise.resolve(4) }, { async: true }),
    own: ejs.compile("[?= n ?]", { delimiter: "?", openDelimiter: "[", closeDelimiter: "]" })({ n: 7 }),
  });
