export const warmup = async (): Promise<void> => {
  await fetch('https://example.com/');
};

export default (): Response => new Response('never deployed');
