const top = Date.now();
let stood = true;
for (let i = 0; i < 100_000; i++) stood &&= Date.now() === top;

export async function handler(): Promise<Response> {
  const now = Date.now();
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 30));
  return Response.json({
    top,
    stood,
    later: now > top && now - top < 600_000,
    waited: Date.now() - now >= 29,
    origin: Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 1000,
    monotonic: performance.now() - start >= 29 && start < 60_000,
  });
}
