export default (): Response => new Response('default');

export const handler = (): Response => new Response('named');
