const id = crypto.randomUUID();

export const warmup = (): string => id;

export default (): Response => new Response(id);
