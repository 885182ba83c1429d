let token = '';

export function warmup(): void {
  token = crypto.randomUUID();
}

export default (): Response => new Response(token);
