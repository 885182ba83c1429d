export function handler(): Response {
  const found = /^(a+)+$/.test(`${'a'.repeat(40)}!`);
  return new Response(String(found));
}
