export async function handler(request: Request): Promise<Response> {
  const url: string = await request.json();
  let done = 0;
  try {
    for (let i = 0; i < 1001; i += 50) {
      const batch = Array.from({ length: Math.min(50, 1001 - i) }, async () => {
        const answer = await fetch(url);
        await answer.text();
        done += 1;
      });
      await Promise.all(batch);
    }
    return Response.json({ done });
  } catch (error) {
    return Response.json({ done, error: (error as Error).name });
  }
}
