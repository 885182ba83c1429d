import { Resend } from "npm:resend@6.38.0";

export default async () => {
  const resend = new Resend(process.env.RESEND_API_KEY, { baseUrl: process.env.UPSTREAM });
  const sent = await resend.emails.send(
    { from: "a@example.org", to: ["b@example.org"], subject: "Hello", html: "<p>Hi</p>", replyTo: "c@example.org" },
    { idempotencyKey: "order/1" },
  );
  const batch = await resend.batch.send([
    { from: "a@example.org", to: "b@example.org", subject: "1", text: "1" },
    { from: "a@example.org", to: "c@example.org", subject: "2", text: "2" },
  ]);
  const refused = await resend.emails.send({ from: "a@example.org", to: "nobody", subject: "x", text: "x" });
  return Response.json({ sent: sent.data, batch: batch.data, refused: refused.error, none: sent.error });
};
