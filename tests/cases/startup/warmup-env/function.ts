let warm: string | undefined;

export function warmup(): void {
  warm = Deno.env.get('COLOR');
}

export const handler = (): Response => Response.json({ warm, call: Deno.env.get('COLOR') });
