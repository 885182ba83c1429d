import { NodeType, parse } from "npm:node-html-parser@9.0.7";

export default () => {
  const root = parse('<ul id="list"><li class="a b" data-n="1">Hello &amp; <b>you</b></li><!-- c --><li>World</ul><script>1 < 2</script>', { comment: true });
  const list = root.querySelector("#list")!;
  const first = list.querySelector("li.a")!;
  first.setAttribute("title", 'x"y');
  first.classList.add("c");
  list.appendChild(parse("<li>New</li>"));
  const before = list.toString();
  list.querySelectorAll("li")[1].remove();
  return Response.json({
    text: first.text,
    structured: first.structuredText,
    attributes: first.attributes,
    html: before,
    left: list.querySelectorAll("li").length,
    comment: list.childNodes.some((node) => node.nodeType === NodeType.COMMENT_NODE),
    closest: first.querySelector("b")!.closest("ul")!.id,
    script: root.querySelector("script")!.innerHTML,
  });
};
