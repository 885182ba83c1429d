import { generateKeyPairSync } from "node:crypto";
import jwt from "npm:jsonwebtoken@9.0.3";

function error(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (thrown) {
    return `${(thrown as Error).name}: ${(thrown as Error).message}`;
  }
}

const later = (token: string, key: string) => new Promise((resolve, reject) => {
  jwt.verify(token, key, (problem: unknown, payload: unknown) => problem ? reject(problem) : resolve(payload));
});

export default async () => {
  const token = jwt.sign({ sub: "u1", iat: 1_700_000_000 }, "secret", { expiresIn: "1h", audience: "app" });
  const at = { clockTimestamp: 1_700_000_100 };
  const rsa = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signed = jwt.sign({ a: 1 }, rsa.privateKey, { algorithm: "RS256", keyid: "k1" });
  return Response.json({
    token,
    verified: jwt.verify(token, "secret", at),
    expired: error(() => jwt.verify(token, "secret")),
    forged: error(() => jwt.verify(token, "other", at)),
    audience: error(() => jwt.verify(token, "secret", { ...at, audience: "b" })),
    malformed: error(() => jwt.verify("x.y", "secret")),
    early: error(() => jwt.verify(jwt.sign({ nbf: 4_000_000_000 }, "s"), "s")),
    decoded: jwt.decode(signed, { complete: true })!.header,
    rsa: (jwt.verify(signed, rsa.publicKey, { algorithms: ["RS256"] }) as { a: number }).a,
    ps: (jwt.verify(jwt.sign({ a: 2 }, rsa.privateKey, { algorithm: "PS256" }), rsa.publicKey) as { a: number }).a,
    ec: (jwt.verify(jwt.sign({ a: 3 }, ec.privateKey, { algorithm: "ES256" }), ec.publicKey) as { a: number }).a,
    confused: error(() => jwt.verify(jwt.sign({}, "x"), rsa.publicKey)),
    callback: (await later(jwt.sign({ a: 4 }, "s"), "s") as { a: number }).a,
  });
};
