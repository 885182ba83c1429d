export default async function handler(_request: Request, _ctx: object): Promise<Response> {
  return new Response('default');
}
