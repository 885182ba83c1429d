let warm = false;

export function warmup(): void {
  try {
    setTimeout(() => (warm = true), 1);
  } catch {
    warm = true;
  }
}

export default (): Response => Response.json({ warm });
