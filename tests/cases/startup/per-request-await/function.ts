const listeners = new EventTarget();
const word = await Promise.race([
  new Promise<string>((resolve) => listeners.addEventListener('go', () => resolve('never'), { once: true })),
  new Promise<string>((resolve) => setTimeout(() => resolve('settled'), 5)),
]);

export const handler = (): Response => new Response(word);
