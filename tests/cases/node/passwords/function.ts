import bcrypt from 'ramekin:bcrypt';
import argon2 from 'ramekin:argon2';

// Hashes of "password", by the packages bcrypt and argon2-cffi of Python.
const BCRYPT = "$2b$05$eKSXMAhN/YbuOPh0sQWEUOs9JUMdduB41WoblBv.vN9802tjcRlne";
const ARGON2 = "$argon2id$v=19$m=1024,t=2,p=2$Z42oisTIGuejtnYdlUjPaw$1WtE74v5iax/vRkNI7TpVJsMyJANI0d06wqnR49jYyY";
const messageOf = (attempt: Promise<unknown>) => attempt.then(() => 'none', (error) => error.message);

export async function handler(): Promise<Response> {
  const hashed = await bcrypt.hash('secret', 4);
  const called = await new Promise<string>((resolve) => bcrypt.hash('secret', 4, (_: unknown, hash: string) => resolve(hash)));
  const costs = { memoryCost: 1024, timeCost: 2, parallelism: 1 };
  const phc = await argon2.hash('secret', costs);
  return Response.json({
    bcrypt: [
      await bcrypt.compare('password', BCRYPT), bcrypt.compareSync('passwore', BCRYPT), await bcrypt.compare('secret', hashed),
      bcrypt.compareSync('secret', called), bcrypt.getRounds(hashed) === 4 && hashed.startsWith('$2b$04$'),
    ],
    argon2: [
      await argon2.verify(ARGON2, 'password'), await argon2.verify(ARGON2, 'passwore'), await argon2.verify(phc, 'secret'),
      phc.startsWith('$argon2id$v=19$m=1024,t=2,p=1$') && !argon2.needsRehash(phc, costs),
    ],
    past: [await messageOf(bcrypt.hash('x', 16)), await messageOf(argon2.hash('x', { memoryCost: 131073 }))],
  });
}
