import { PostHog } from "npm:posthog-node@5.70.0";

export default async () => {
  const posthog = new PostHog("phc_1", { host: process.env.UPSTREAM, flushAt: 1, flushInterval: 0, disableCompression: true } as never);
  posthog.capture({ distinctId: "u1", event: "signed up", properties: { plan: "pro" } });
  await posthog.shutdown();
  return Response.json({ sent: true });
};
