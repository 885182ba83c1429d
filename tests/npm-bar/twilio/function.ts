import twilio from "npm:twilio@6.2.0";

export default async () => {
  const sent: unknown[] = [];
  // Its addresses are fixed, so requests are taken where it hands them over.
  const httpClient = {
    async request(options: { method: string; uri: string; data?: unknown; username?: string }) {
      sent.push([options.method, options.uri, options.data, options.username]);
      return { statusCode: 201, body: JSON.stringify({ sid: "SM1", status: "queued", date_created: "Sat, 31 Jan 2026 12:00:00 +0000" }) };
    },
  };
  const client = twilio("AC00000000000000000000000000000001", "token", { httpClient: httpClient as never });
  const message = await client.messages.create({ to: "+15550001", from: "+15550002", body: "Hi" });
  const voice = new twilio.twiml.VoiceResponse();
  voice.say({ voice: "alice" }, "Hello & welcome");
  voice.gather({ numDigits: 1, action: "/next" }).play("https://example.org/a.mp3");
  const params = { CallSid: "CA1", From: "+15550001" };
  const signature = twilio.validateRequest("token", "x", "https://example.org/hook", params);
  const jwt = new twilio.jwt.AccessToken("AC1", "SK1", "secret", { identity: "me" });
  jwt.addGrant(new twilio.jwt.AccessToken.VideoGrant({ room: "r" }));
  return Response.json({
    message: [message.sid, message.status, message.dateCreated],
    sent,
    twiml: voice.toString(),
    forged: signature,
    token: JSON.parse(atob(jwt.toJwt().split(".")[1])).grants,
  });
};
