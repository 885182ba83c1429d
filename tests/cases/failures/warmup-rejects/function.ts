export async function warmup(): Promise<void> {
  await Promise.resolve();
  throw new Error('no table');
}

export default (): Response => new Response('never deployed');
