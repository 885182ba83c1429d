export async function handler(request: Request): Promise<Response> {
  const upstream = await request.json();
  const source = new EventSource(`${upstream}/echo`);
  const before = source.readyState;
  const type = await new Promise<string>((resolve) => {
    source.onopen = () => resolve('open');
    source.onerror = () => resolve('error');
  });
  const refused = [type, source.readyState];
  let error = 'none';
  try {
    new EventSource('http://');
  } catch (thrown) {
    error = (thrown as Error).name;
  }
  return Response.json({ refused, states: [before, source.readyState], url: source.url === `${upstream}/echo`, error });
}
