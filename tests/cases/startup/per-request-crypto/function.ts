const id = crypto.randomUUID();

export const handler = (): Response => new Response(id.length === 36 ? 'random' : 'odd');
