import Mustache from "npm:mustache@4.2.0";

export default () =>
  Response.json({
    text: Mustache.render("{{#people}}{{name}} ({{{raw}}}, {{raw}}){{^last}}, {{/last}}{{/people}}{{^none}}!{{/none}}", {
      people: [{ name: "A", raw: "<i>" }, { name: "B", raw: "&", last: true }],
    }),
    lambda: Mustache.render("{{#bold}}Hi {{name}}{{/bold}}", {
      name: "you",
      bold: () => (text: string, render: (text: string) => string) => `<b>${render(text)}</b>`,
    }),
    partial: Mustache.render("{{> row}}{{> row}}", { n: 1 }, { row: "[{{n}}]" }),
    tags: Mustache.render("<% a %>", { a: 1 }, {}, ["<%", "%>"]),
    parsed: Mustache.parse("a {{b}}").length,
  });
