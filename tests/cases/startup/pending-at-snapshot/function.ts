let resolve: (value: string) => void = () => {};
const waiting = new Promise<string>((done) => (resolve = done));
const seen = ['one'];
const pushed = waiting.then((value) => seen.push(value));

function* counter(): Generator<number> {
  for (let i = 1; ; i++) yield i;
}
const generator = counter();
generator.next();

const key = {};
const weak = new WeakMap([[key, 'kept']]);

export async function handler(): Promise<Response> {
  resolve('two');
  await pushed;
  return Response.json({ seen, generated: generator.next().value, weak: weak.get(key) });
}
