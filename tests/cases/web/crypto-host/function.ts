const { subtle } = crypto;
const text = (value: string) => new TextEncoder().encode(value);

async function derive(password: string, iterations: number): Promise<string> {
  const key = await subtle.importKey('raw', text(password), 'PBKDF2', false, ['deriveBits']);
  const bits = await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: text('salt'), iterations }, key, 256);
  return new Uint8Array(bits).toHex();
}

async function parallel() {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const keys = await Promise.all(['a', 'b', 'c', 'd'].map((password) => derive(password, 200_000)));
  clearInterval(timer);
  return { keys: keys.length, distinct: new Set(keys).size, ticks: ticks > 0 };
}

const errorOf = (attempt: Promise<unknown>) => attempt.then(() => 'none', (error) => `${error.name}: ${error.message}`);
const rsa = (modulusLength: number) =>
  subtle.generateKey({ name: 'RSA-PSS', modulusLength, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' }, false, ['sign', 'verify']);

async function limits() {
  return { rounds: await errorOf(derive('x', 10_000_001)), bits: await errorOf(rsa(4224)), odd: await errorOf(rsa(2049)) };
}

export default async (request: Request): Promise<Response> => {
  const what = new URL(request.url).searchParams.get('what');
  return Response.json(what === 'parallel' ? await parallel() : await limits());
};
