export async function handler(request: Request): Promise<Response> {
  const answer = await fetch(await request.json());
  const error = await answer.text().then(
    () => null,
    (error) => error.name,
  );
  return Response.json({ status: answer.status, error });
}
