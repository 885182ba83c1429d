type Id = string;

const id: Id = crypto.randomUUID();
if (id.length > 0) throw new Error('bad id');

export const handler = (): Response => new Response(id);
