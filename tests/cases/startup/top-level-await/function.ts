const sum = (await Promise.all([1, Promise.resolve(2)])).reduce((a, b) => a + b);
await null;
const state = await new Promise<string>((resolve) => queueMicrotask(() => resolve('settled')));

export const handler = (): Response => new Response(`${sum} ${state}`);
