import { createECDH, randomBytes } from "node:crypto";
import webPush from "npm:web-push@3.6.7";

export default async () => {
  const vapid = webPush.generateVAPIDKeys();
  const device = createECDH("prime256v1");
  device.generateKeys();
  const details = webPush.generateRequestDetails(
    { endpoint: "https://push.example/send/1", keys: { p256dh: device.getPublicKey("base64url"), auth: randomBytes(16).toString("base64url") } },
    "hello",
    { vapidDetails: { subject: "mailto:a@example.org", publicKey: vapid.publicKey, privateKey: vapid.privateKey }, TTL: 60 },
  );
  return Response.json({
    key: vapid.publicKey.length,
    method: details.method,
    headers: [details.headers.TTL, details.headers["Content-Encoding"], String(details.headers.Authorization).startsWith("vapid t=ey")],
    body: (details.body as Buffer).length > 5,
  });
};
