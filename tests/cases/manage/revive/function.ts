const color = Deno.env.get('COLOR');

export const handler = (): Response => new Response(color);
