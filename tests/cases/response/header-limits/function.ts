const numbered = (count: number): [string, string][] =>
  Array.from({ length: count }, (_, at): [string, string] => [`x-${at + 1}`, 'a']);

async function outcome(url: string, headers: [string, string][]): Promise<string | number> {
  try {
    return (await fetch(url, { headers })).status;
  } catch (error) {
    return ((error as Error).cause as Error).message;
  }
}

export async function handler(request: Request): Promise<Response> {
  const { bytes, count, value, fetch: url } = await request.json();
  if (url !== undefined) {
    return Response.json({
      control: await outcome(url, [['x-control', 'a\u0001b']]),
      count: await outcome(url, numbered(257)),
      fine: await outcome(url, numbered(50)),
    });
  }
  let headers: [string, string][] = [];
  // `x-big: `, and the end of the line.
  if (bytes !== undefined) headers = [['x-big', 'x'.repeat(bytes - 9)]];
  if (count !== undefined) headers = numbered(count);
  if (value !== undefined) headers = [['x-control', value]];
  return new Response(null, { headers });
}
