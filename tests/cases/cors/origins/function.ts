export const handler = (): Response => new Response('ok');
