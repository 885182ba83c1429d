const top = crypto.randomUUID();
let counter = 0;

export const handler = (): Response => Response.json({ counter: ++counter, top, random: Math.random() });
