export function handler(): Response {
  const all: Uint8Array[] = [];
  for (let i = 0; i < 90; i++) all.push(new Uint8Array(1 << 20).fill(1));
  return new Response(String(all.length));
}
