// Messages are made as on other servers. Sending one over SMTP needs sockets, and says so.
import nodemailer from "npm:nodemailer@10.6.1";

export default async () => {
  const maker = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: "unix" });
  const made = await maker.sendMail({
    from: "a@example.org",
    to: ["b@example.org", '"C, D" <c@example.org>'],
    subject: "Grüße",
    text: "Hello",
    html: "<b>Hello</b>",
    attachments: [{ filename: "a.txt", content: "attached" }],
    date: new Date(0),
    messageId: "<id@example.org>",
  });
  const text = made.message.toString();
  const json = await nodemailer.createTransport({ jsonTransport: true }).sendMail({ to: "x@example.org", subject: "s", text: "t" });
  const smtp = nodemailer.createTransport({ host: "smtp.example.org", port: 587, auth: { user: "u", pass: "p" } });
  const refused = await smtp.sendMail({ from: "a@example.org", to: "b@example.org", text: "x" }).then(() => "sent", (error: Error) => error.message);
  return Response.json({
    envelope: made.envelope,
    headers: text.split("\n").filter((line: string) => /^(Subject|To|Date|Message-ID):/.test(line)),
    multipart: text.includes("multipart/mixed") && text.includes("multipart/alternative"),
    attachment: text.includes(Buffer.from("attached").toString("base64")),
    subject: JSON.parse(json.message).subject,
    refused,
  });
};
