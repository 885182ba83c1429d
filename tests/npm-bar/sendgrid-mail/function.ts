import client from "npm:@sendgrid/client@8.1.6";
import mail from "npm:@sendgrid/mail@8.1.6";

export default async () => {
  mail.setClient(client);
  mail.setApiKey("SG.key");
  client.setDefaultRequest("baseUrl", `${process.env.UPSTREAM}/`);
  const [response] = await mail.send({ to: "b@example.org", from: "a@example.org", subject: "S", text: "T" });
  return Response.json({ status: response.statusCode, id: response.headers["x-message-id"] });
};
