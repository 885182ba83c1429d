function outcome(pattern: string): string {
  try {
    return `matched ${new RegExp(pattern).test('a')}`;
  } catch (error) {
    return `threw ${(error as Error).name}`;
  }
}

export function handler(): Response {
  const deep = outcome('(?:'.repeat(100_000) + 'a' + ')'.repeat(100_000));
  const long = outcome('(?:a|b){1,1000}'.repeat(2_000));
  return Response.json({ deep, long });
}
