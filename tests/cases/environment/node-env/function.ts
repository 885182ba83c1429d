const { NODE_ENV: top } = process.env;

export function handler(): Response {
  const call = Deno.env.get('NODE_ENV');
  const listed = 'NODE_ENV' in process.env && Object.keys(process.env).includes('NODE_ENV');
  process.env.NODE_ENV = 'changed';
  return Response.json({ top, call, listed, set: process.env.NODE_ENV });
}
