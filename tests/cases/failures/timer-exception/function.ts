export async function handler(): Promise<Response> {
  setTimeout(() => {
    throw new Error('from a timer');
  }, 10);
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  return new Response('too late');
}
