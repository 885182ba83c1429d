Deno.serve({
  port: 8080,
  onError: (error: unknown) => new Response(`caught: ${(error as Error).message}`, { status: 503 }),
  handler: () => {
    throw new Error('no');
  },
});
