export async function handler(request: Request): Promise<Response> {
  if (request.url.endsWith('?handled')) {
    const rejected = Promise.reject(new Error('caught'));
    await rejected.catch(() => {});
    return new Response('handled');
  }
  void Promise.reject(new Error('nobody caught me'));
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  return new Response('too late');
}
