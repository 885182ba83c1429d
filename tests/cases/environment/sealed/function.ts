const read = () => ({ WORD: Deno.env.get('WORD') ?? null, SHARED: Deno.env.get('SHARED') ?? null });
const top = read();

export const handler = (): Response => Response.json({ top, call: read() });
