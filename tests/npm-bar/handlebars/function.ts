import Handlebars from "npm:handlebars@4.7.10";

Handlebars.registerHelper("loud", (text: string) => text.toUpperCase());
Handlebars.registerHelper("link", (text: string, options: Handlebars.HelperOptions) =>
  new Handlebars.SafeString(`<a href="${options.hash.href}">${Handlebars.escapeExpression(text)}</a>`));
Handlebars.registerPartial("item", "<li>{{@index}}: {{name}}{{#if price}} ({{price}}){{/if}}</li>");

const page = Handlebars.compile(
  "<h1>{{loud title}}</h1>{{#each items}}{{> item}}{{else}}none{{/each}}{{link more href='/m'}}{{{raw}}}{{lookup map 'k'}}",
);

export default () => {
  const data = { title: "a&b", items: [{ name: "<x>", price: 2 }, { name: "y" }], more: "more >", raw: "<hr>", map: { k: "v" } };
  let thrown = "";
  try {
    Handlebars.compile("{{#if x}}")({});
  } catch (error) {
    thrown = (error as Error).message.split("\n")[0];
  }
  return Response.json({
    page: page(data),
    empty: page({ title: "t", items: [] }),
    block: Handlebars.compile("{{#with a}}{{b}}{{../c}}{{/with}}{{#unless d}}no{{/unless}}")({ a: { b: 1 }, c: 2 }),
    thrown,
    precompiled: Handlebars.precompile("{{a}}").includes("lookupProperty"),
  });
};
