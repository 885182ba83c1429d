import { APIErrorCode, Client, isNotionClientError } from "npm:@notionhq/client@5.26.0";

export default async () => {
  const notion = new Client({ auth: "secret", baseUrl: process.env.UPSTREAM, retry: false } as never);
  const page = await notion.pages.create({ parent: { page_id: "p" }, properties: { title: [{ text: { content: "T" } }] } } as never);
  const missing = await notion.users.retrieve({ user_id: "none" }).catch((error) => error);
  return Response.json({ page: page.id, missing: [isNotionClientError(missing), missing.code === APIErrorCode.ObjectNotFound, missing.status] });
};
