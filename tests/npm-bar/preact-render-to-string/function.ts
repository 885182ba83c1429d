import { h } from "npm:preact@11.2.0";
import { useMemo } from "npm:preact@11.2.0/hooks";
import render from "npm:preact-render-to-string@6.8.2";

function List({ items }: { items: string[] }) {
  const upper = useMemo(() => items.map((item) => item.toUpperCase()), [items]);
  return h("ul", { class: "l" }, upper.map((item) => h("li", null, item)));
}

export default () => Response.json({ html: render(h(List, { items: ["a", "<b>"] })) });
