import { Liquid } from "npm:liquidjs@10.30.1";

const engine = new Liquid({ templates: { row: "[{{ n }}]" } });
engine.registerFilter("loud", (text: string) => text.toUpperCase());

export default async () =>
  Response.json({
    text: await engine.parseAndRender("{% for n in list reversed %}{% render 'row', n: n %}{% endfor %}{{ name | loud | escape }}", { list: [1, 2], name: "<a>" }),
    date: await engine.parseAndRender("{{ '2026-01-31T12:00:00Z' | date: '%d %b %Y' }} {{ 1234.5 | round }} {{ 'a,b' | split: ',' | join: '-' }}"),
    wrong: await engine.parseAndRender("{% if %}").catch((error: Error) => error.name),
  });
