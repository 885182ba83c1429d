import { generateKeyPairSync } from "node:crypto";
import { JWT, OAuth2Client } from "npm:google-auth-library@11.3.4";

export default async () => {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const client = new JWT({ email: "robot@example.iam", key: privateKey, scopes: ["https://www.googleapis.com/auth/drive"] });
  const upstream = process.env.UPSTREAM;
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    return real(`${upstream}${url.pathname}${url.search}`, init);
  };
  try {
    const { token } = await client.getAccessToken();
    const url = new OAuth2Client("id", "secret", "https://app.example/cb").generateAuthUrl({ access_type: "offline", scope: ["email"] });
    return Response.json({ token, url });
  } finally {
    globalThis.fetch = real;
  }
};
