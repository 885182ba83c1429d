export const handler = (a, b, c, d) => {};
