export default async (_request: Request): Promise<Response> => new Response('anonymous');
