export const warmup = (): Promise<void> => new Promise(() => {});

export default (): Response => new Response('never deployed');
