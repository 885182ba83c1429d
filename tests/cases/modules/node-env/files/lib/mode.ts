export const written = process.env.NODE_ENV;
