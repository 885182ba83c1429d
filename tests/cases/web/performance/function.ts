export async function handler(): Promise<Response> {
  const start = performance.now();
  performance.mark('a');
  await new Promise((resolve) => setTimeout(resolve, 15));
  performance.mark('b');
  const measure = performance.measure('m', 'a', 'b');
  const names = performance.getEntries().map(({ name }) => name);
  return Response.json({
    grows: performance.now() > start,
    origin: Math.abs(performance.timeOrigin - Date.now()) < 5000,
    measure: measure.duration >= 14 && measure.duration < 5000,
    entries: names.sort(),
    early: start < 5000,
  });
}
