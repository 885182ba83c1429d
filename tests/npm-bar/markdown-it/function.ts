import MarkdownIt from "npm:markdown-it@15.0.3";

export default () => {
  const md = new MarkdownIt({ linkify: true, typographer: true, html: false });
  md.use((parser: MarkdownIt) => {
    parser.renderer.rules.hr = () => "<hr class=mine>\n";
  });
  return Response.json({
    html: md.render('# "Title" (c)\n\nsee https://example.org/ä and <b>\n\n---\n\n1. a\n2. b\n\n| x |\n|:-:|\n| y |'),
    inline: md.renderInline("**a** `b` [c](javascript:x)"),
    tokens: md.parse("a", {}).map((token) => token.type),
  });
};
