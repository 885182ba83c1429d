import { createElement as h, Suspense, use, useId, useState } from "npm:react@19.3.1";
import { renderToReadableStream, renderToStaticMarkup, renderToString } from "npm:react-dom@19.3.1/server";

function Counter({ from }: { from: number }) {
  const [count] = useState(from);
  const id = useId();
  return h("button", { id, onClick: () => {}, className: "b", style: { marginTop: 4 } }, "count: ", count);
}

function Later({ text }: { text: Promise<string> }) {
  return h("p", null, use(text));
}

export default async () => {
  const late = new Promise<string>((resolve) => setTimeout(() => resolve("came late"), 20));
  const page = h("main", null, h(Suspense, { fallback: h("i", null, "waiting") }, h(Later, { text: late })));
  const stream = await renderToReadableStream(page, { onError: (error: unknown) => console.error(error) });
  const html = await new Response(stream).text();
  return Response.json({
    fixed: renderToStaticMarkup(h("ul", null, ["<a>", "b"].map((text) => h("li", { key: text }, text)))),
    hydrated: renderToString(h(Counter, { from: 3 })),
    fallback: html.includes("<i>waiting</i>"),
    streamed: html.includes("<p>came late</p>"),
    raw: renderToStaticMarkup(h("div", { dangerouslySetInnerHTML: { __html: "<hr>" }, "data-x": "\"" })),
  });
};
