let ticks = 0;
const timer = setInterval(() => (ticks += 1), 5);

export async function handler(): Promise<Response> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  clearInterval(timer);
  return new Response(ticks > 0 ? 'ticking' : 'still');
}
