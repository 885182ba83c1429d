export const handler = async (_request: Request): Promise<Response> => new Response('arrow');
