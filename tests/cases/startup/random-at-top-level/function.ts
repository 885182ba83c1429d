const fixed = `${Math.random()}`;
const random = Math.random;

export const handler = (): Response => Response.json({ fixed, kept: random() });
