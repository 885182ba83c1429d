export function handler(): Response {
  const throwing = {
    get inside(): string {
      throw new Error('no');
    },
    toString(): string {
      throw new Error('no');
    },
  };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  console.log(throwing);
  console.log('%s', throwing);
  console.log(proxy);
  console.log(Symbol('s'), '\ud800');
  console.log('🍮');
  return new Response('still here');
}
