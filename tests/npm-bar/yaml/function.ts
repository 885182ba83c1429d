import { parse, parseDocument, stringify } from "npm:yaml@2.9.1";

const TEXT = `# settings
base: &base { a: 1, b: [x, "y"] }
mine:
  <<: *base
  when: 2026-01-31
text: |
  two
  lines
folded: >-
  one
  line
`;

export default () => {
  const document = parseDocument(TEXT);
  document.setIn(["mine", "new"], [true, null]);
  const broken = parseDocument("a: [1, 2\nb: {");
  return Response.json({
    parsed: parse(TEXT, { merge: true }),
    changed: String(document),
    text: stringify({ a: ["multi\nline", "yes", "1.0"], b: new Map([[1, undefined]]), c: new Date(0) }),
    errors: broken.errors.map((error) => error.code),
  });
};
