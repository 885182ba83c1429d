import { XMLBuilder, XMLParser, XMLValidator } from "npm:fast-xml-parser@5.12.1";

const XML = `<?xml version="1.0"?><rss version="2.0"><channel><title>News &amp; more</title>
<item id="1"><title><![CDATA[<b>One</b>]]></title><price>1.50</price></item><item id="2"><title>Two</title></item></channel></rss>`;

export default () => {
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "@", isArray: (name) => name === "item" });
  const parsed = parser.parse(XML);
  const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@", format: true });
  return Response.json({
    parsed,
    built: builder.build({ a: { "@x": "1", b: ["<", 2], c: "" } }),
    valid: XMLValidator.validate(XML),
    invalid: (XMLValidator.validate("<a><b></a>") as { err: { code: string } }).err.code,
  });
};
