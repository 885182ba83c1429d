import sanitize from "npm:sanitize-html@2.17.5";

export default () =>
  Response.json({
    plain: sanitize('<p onclick="x()">a<script>alert(1)</script><a href="javascript:x">b</a><img src=x onerror=y></p>'),
    own: sanitize('<div style="color: red; position: fixed" class="a b">x<h1>t</h1></div>', {
      allowedTags: ["div", "h2"],
      allowedAttributes: { div: ["style", "class"] },
      allowedClasses: { div: ["a"] },
      allowedStyles: { "*": { color: [/^red$/] } },
      transformTags: { h1: "h2" },
    }),
    text: sanitize("<b>1 &lt; 2</b> & c", { allowedTags: [] }),
  });
