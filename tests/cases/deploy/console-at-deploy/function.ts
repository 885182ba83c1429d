console.warn('careful:', { a: 1 });

export const handler = (): Response => new Response();
