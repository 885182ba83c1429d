import rehypeSanitize from "npm:rehype-sanitize@6.0.0";
import rehypeStringify from "npm:rehype-stringify@10.0.1";
import remarkGfm from "npm:remark-gfm@4.0.1";
import remarkParse from "npm:remark-parse@11.0.0";
import remarkRehype from "npm:remark-rehype@11.1.2";
import { unified } from "npm:unified@11.0.5";

export default async () => {
  const file = await unified().use(remarkParse).use(remarkGfm).use(remarkRehype).use(rehypeSanitize).use(rehypeStringify)
    .process("# Hi &copy; *you*\n\n- [x] ~~a~~\n\n| a |\n|---|\n| [b](javascript:x) |\n");
  return Response.json({ html: String(file) });
};
