import { ErrorCode, WebClient } from "npm:@slack/web-api@8.2.0";

export default async () => {
  const slack = new WebClient("xoxb-1", { slackApiUrl: `${process.env.UPSTREAM}/api/`, retryConfig: { retries: 0 } });
  const posted = await slack.chat.postMessage({ channel: "C1", text: "Hello & more", blocks: [{ type: "divider" }] });
  const refused = await slack.users.list({}).catch((error) => [error.code === ErrorCode.PlatformError, error.data?.error]);
  return Response.json({ posted: [posted.ok, posted.ts], refused });
};
