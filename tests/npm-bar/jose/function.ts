import * as jose from "npm:jose@6.2.18";

const secret = new TextEncoder().encode("0123456789abcdef0123456789abcdef");
// Key and signature of RFC 8037, A.
const SIGNED = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc." +
  "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

async function roundTrip(algorithm: string): Promise<string> {
  const { publicKey, privateKey } = await jose.generateKeyPair(algorithm, { extractable: true });
  const token = await new jose.SignJWT({ scope: "read" })
    .setProtectedHeader({ alg: algorithm })
    .setIssuedAt()
    .setIssuer("issuer")
    .setExpirationTime("2h")
    .sign(privateKey);
  const pem = await jose.exportSPKI(publicKey);
  const { payload, protectedHeader } = await jose.jwtVerify(token, await jose.importSPKI(pem, algorithm), {
    issuer: "issuer",
  });
  return `${protectedHeader.alg} ${payload.scope}`;
}

async function error(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "none";
  } catch (thrown) {
    return (thrown as jose.errors.JOSEError).code;
  }
}

export default async () => {
  const token = await new jose.SignJWT({ sub: "u1" }).setProtectedHeader({ alg: "HS256" }).setJti(crypto.randomUUID())
    .setIssuedAt(1_700_000_000).setExpirationTime(1_700_000_100).sign(secret);
  const at = { currentDate: new Date(1_700_000_050_000) };
  const verified = await jose.jwtVerify(token, secret, at);
  const jwks = jose.createRemoteJWKSet(new URL(`${process.env.UPSTREAM}/jwks.json`));
  const remote = await jose.compactVerify(SIGNED, jwks);
  const encrypted = await new jose.EncryptJWT({ secret: 42 }).setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .encrypt(secret);
  const { payload: decrypted } = await jose.jwtDecrypt(encrypted, secret);
  return Response.json({
    id: verified.payload.jti,
    sub: verified.payload.sub,
    expired: await error(jose.jwtVerify(token, secret)),
    forged: await error(jose.jwtVerify(token.slice(0, -4) + "AAAA", secret, at)),
    audience: await error(jose.jwtVerify(token, secret, { ...at, audience: "b" })),
    algorithms: await Promise.all(["RS256", "PS256", "ES256", "ES384", "EdDSA"].map(roundTrip)),
    remote: new TextDecoder().decode(remote.payload),
    decrypted: decrypted.secret,
    decoded: jose.decodeProtectedHeader(token),
    thumbprint: await jose.calculateJwkThumbprint({ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }),
  });
};
