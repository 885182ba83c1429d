export function handler(): Response {
  const all: string[] = [];
  for (let i = 0; ; i++) all.push(`${i}`.padStart(100_000, 'x'));
}
