export async function handler(request: Request): Promise<Response> {
  let bytes = 0;
  let all = true;
  for await (const chunk of request.body!) {
    bytes += chunk.length;
    all &&= chunk[0] === 120 && chunk[chunk.length - 1] === 120;
  }
  return Response.json({ bytes, all });
}
