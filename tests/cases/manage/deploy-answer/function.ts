export const handler = (): Response => new Response('first');
