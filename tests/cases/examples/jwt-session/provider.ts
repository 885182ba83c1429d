// An identity provider: signs the claims that it is sent. The public half of its key is at `/jwks` of the upstream; the keys are
// for this test alone.
import { importJWK, SignJWT } from 'npm:jose@6.2.18';

const KEY = {
  kty: 'EC', crv: 'P-256',
  x: 'LTrUVPa5pGTqNFpiLlhDddQe8i7OqqtM3W16-n49tEc', y: 'cZfMSdT3fpQHOmvlShw0Cqkl729Vl3V6ySmMPQyV8h8',
  d: 'WGfQ-8YqGjX8h9RtLm1GbFqM7e2z0oG9U44GfRacf2k',
};

/** The claims `iss`, `aud` and `sub`; `age` in seconds, of a token that lives for an hour; `kid` or `secret` for one that is forged. */
export default async (request: Request) => {
  const { age = 0, kid = 'one', secret, ...claims } = await request.json();
  const issued = Math.floor(Date.now() / 1_000) - age;
  const alg = secret === undefined ? 'ES256' : 'HS256';
  const key = secret === undefined ? await importJWK(KEY, alg) : new TextEncoder().encode(secret);
  const token = await new SignJWT(claims).setProtectedHeader({ alg, kid }).setIssuedAt(issued).setExpirationTime(issued + 3_600).sign(key);
  return Response.json({ token });
};
