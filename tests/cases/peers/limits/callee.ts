export async function handler(request: Request): Promise<Response> {
  const { what } = await request.json();
  if (what === 'slow') await new Promise(() => {});
  if (what === 'hungry') {
    const kept: Uint8Array[] = [];
    for (;;) kept.push(new Uint8Array(1 << 20).fill(1));
  }
  // Every call is an instance of its own.
  if ((globalThis as any).state !== undefined) return new Response('not fresh', { status: 500 });
  (globalThis as any).state = what;
  return new Response(null, { status: 204 });
}
