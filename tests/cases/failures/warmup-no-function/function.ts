export const warmup = { always: true };

export default (): Response => new Response('never deployed');
