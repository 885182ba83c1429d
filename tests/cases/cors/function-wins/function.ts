export const handler = (): Response =>
  new Response('own', {
    headers: { 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'false', vary: 'Accept, Origin' },
  });
