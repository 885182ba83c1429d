function nameOf(attempt: () => unknown): string {
  try {
    attempt();
    return 'none';
  } catch (error) {
    return (error as Error).name;
  }
}

export function handler(): Response {
  const bytes = new Uint8Array(1000);
  const same = crypto.getRandomValues(bytes) === bytes;
  const uuid = crypto.randomUUID();
  return Response.json({
    filled: new Set(bytes).size > 100,
    same,
    uuid,
    version: uuid[14],
    quota: nameOf(() => crypto.getRandomValues(new Uint8Array(65_537))),
    type: nameOf(() => crypto.getRandomValues(new Float32Array(1) as unknown as Uint8Array)),
    words: [...crypto.getRandomValues(new Uint32Array(2))],
  });
}
