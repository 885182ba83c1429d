// Tokens with jose. Callers sign in somewhere else, and show the token of their identity provider once: the function checks it
// with the provider's public keys, and signs a session of its own, which takes no request to anybody to check.
//
//   POST   authorization: Bearer <token of the provider>     gives { session, expires_in }
//   GET    authorization: Bearer <session>                   says who that is
//
// Environment: IDENTITY_JWKS_URL, IDENTITY_ISSUER, IDENTITY_AUDIENCE as the provider says; SESSION_SECRET, at least 32 characters.
import { createRemoteJWKSet, errors, jwtVerify, SignJWT } from 'npm:jose@6.2.18';

interface Context {
  env: Record<string, string | undefined>;
}

const ISSUER = 'jwt-session';
const LIFETIME = 900;

/** Why a token is refused, for its owner; `undefined` when the token is not the reason. */
function reason(error: unknown): string | undefined {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `the claim ${error.claim} of the token is not as expected`;
  const forged = [
    errors.JWSInvalid, errors.JWTInvalid, errors.JWSSignatureVerificationFailed, errors.JOSEAlgNotAllowed, errors.JOSENotSupported,
    errors.JWKSNoMatchingKey,
  ];
  return forged.some((kind) => error instanceof kind) ? 'the token is not valid' : undefined;
}

function refuse(status: number, error: string): Response {
  const headers = status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : undefined;
  return Response.json({ error }, { status, headers });
}

/** The provider's word on who somebody is. */
async function identify(token: string, env: Context['env']): Promise<string> {
  const keys = createRemoteJWKSet(new URL(env.IDENTITY_JWKS_URL ?? ''), { timeoutDuration: 5_000 });
  const { payload } = await jwtVerify(token, keys, {
    issuer: env.IDENTITY_ISSUER,
    audience: env.IDENTITY_AUDIENCE,
    // Named, so that a token cannot choose how it is checked.
    algorithms: ['ES256', 'RS256'],
    requiredClaims: ['sub', 'exp'],
  });
  return payload.sub as string;
}

export async function handler(request: Request, { env }: Context): Promise<Response> {
  const missing = ['IDENTITY_JWKS_URL', 'IDENTITY_ISSUER', 'IDENTITY_AUDIENCE', 'SESSION_SECRET'].filter((name) => !env[name]);
  if (missing.length > 0) return refuse(503, `set ${missing.join(', ')}`);
  const secret = new TextEncoder().encode(env.SESSION_SECRET);
  if (secret.length < 32) return refuse(503, 'SESSION_SECRET must have at least 32 characters');
  const token = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  if (token === undefined) return refuse(401, 'send a token as `authorization: Bearer …`');

  try {
    if (request.method === 'POST') {
      const session = await new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(ISSUER)
        .setAudience(ISSUER)
        .setSubject(await identify(token, env))
        .setIssuedAt()
        .setExpirationTime(`${LIFETIME}s`)
        .sign(secret);
      return Response.json({ session, expires_in: LIFETIME }, { status: 201 });
    }
    const { payload } = await jwtVerify(token, secret, { issuer: ISSUER, audience: ISSUER, algorithms: ['HS256'] });
    return Response.json({ user: payload.sub, until: new Date((payload.exp ?? 0) * 1_000) });
  } catch (error) {
    const why = reason(error);
    if (why !== undefined) return refuse(401, why);
    console.error(error);
    return refuse(502, 'the identity provider does not say its keys; try again later');
  }
}
