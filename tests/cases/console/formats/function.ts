class Box {}

export function handler(): Response {
  const circle: Record<string, unknown> = { name: 'circle' };
  circle.self = circle;
  console.log(new Error('seen'));
  console.log(123n);
  console.log(circle);
  console.log(undefined, null);
  console.log('%d of %i: %s %%', 5, 10.5, 'ok');
  console.log(new Map([['key', 'value']]));
  console.log({ a: { b: [1, 2] } });
  console.log();
  console.log(Box, handler);
  return new Response();
}
