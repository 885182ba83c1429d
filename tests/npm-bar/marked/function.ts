import { marked, Marked, Renderer } from "npm:marked@18.2.1";

const text = `# Hello *world*

- a
- [x] b
  1. c

| h | i |
|---|--:|
| 1 | \`2\` |

> quoted **strong**  
> <https://example.org> and [link](/x "t")

\`\`\`ts
let a = "<b>";
\`\`\`
`;

export default async () => {
  const own = new Marked({ gfm: true, breaks: true });
  own.use({
    renderer: { heading({ tokens, depth }) { return `<h${depth} class="mine">${this.parser.parseInline(tokens)}</h${depth}>\n`; } },
    async: true,
    walkTokens: async (token) => {
      await null;
      if (token.type === "link") token.href = "https://proxied.example" + token.href;
    },
  });
  return Response.json({
    html: marked.parse(text),
    inline: marked.parseInline("*a* ~~b~~"),
    own: await own.parse("# T\na\nb [l](/x)"),
    tokens: marked.lexer(text).map((token) => token.type),
    renderer: typeof new Renderer().code,
  });
};
