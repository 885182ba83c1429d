export function handler(): Response {
  const all: object[][] = [];
  for (let i = 0; ; i++) all.push([{ i }, { i }, { i }, { i }]);
}
