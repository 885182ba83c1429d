export const handlers = [() => new Response('nobody calls me')];
