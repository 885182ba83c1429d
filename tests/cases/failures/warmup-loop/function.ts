export function warmup(): void {
  for (;;);
}

export default (): Response => new Response('never deployed');
