export async function handler(): Promise<Response> {
  const seen: string[] = [];
  addEventListener('error', (event) => {
    event.preventDefault();
    seen.push(`error: ${(event as ErrorEvent).error.message}`);
  });
  addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    seen.push(`rejection: ${(event as PromiseRejectionEvent).reason.message}`);
  });
  addEventListener('rejectionhandled', (event) => {
    seen.push(`handled: ${(event as PromiseRejectionEvent).reason.message}`);
  });
  setTimeout(() => {
    throw new Error('from a timer');
  });
  await new Promise((resolve) => setTimeout(resolve, 10));
  void Promise.reject(new Error('nobody'));
  await new Promise((resolve) => setTimeout(resolve, 10));
  const late = Promise.reject(new Error('late'));
  await new Promise((resolve) => setTimeout(resolve, 10));
  late.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 10));
  return Response.json({ seen });
}
