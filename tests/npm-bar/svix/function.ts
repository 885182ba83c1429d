import { ApiException, Svix, Webhook } from "npm:svix@2.5.0";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PAYLOAD = '{"test": 2432232314}';

export default async () => {
  const webhook = new Webhook(SECRET);
  const now = new Date();
  const headers = {
    "svix-id": "msg_1",
    "svix-timestamp": String(Math.floor(now.getTime() / 1000)),
    "svix-signature": webhook.sign("msg_1", now, PAYLOAD),
  };
  const refused = (change: object, body = PAYLOAD) => {
    try {
      webhook.verify(body, { ...headers, ...change });
      return "accepted";
    } catch (error) {
      return `${(error as Error).constructor.name}: ${(error as Error).message}`;
    }
  };
  const svix = new Svix("testsk_1", { serverUrl: process.env.UPSTREAM });
  const sent = await svix.message.create("app_1", { eventType: "user.signup", payload: { a: 1 } });
  const missing = await svix.application.get("missing").catch((error: ApiException<unknown>) => [error instanceof ApiException, error.code, error.body]);
  return Response.json({
    known: webhook.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", new Date(1614265330_000), PAYLOAD),
    accepted: refused({}),
    forged: refused({}, "{}"),
    old: refused({ "svix-timestamp": "1614265330" }),
    missing: refused({ "svix-id": undefined }),
    sent: [sent.id, sent.timestamp],
    error: missing,
  });
};
