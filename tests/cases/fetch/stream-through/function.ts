export const handler = async (request: Request): Promise<Response> => fetch(await request.json());
