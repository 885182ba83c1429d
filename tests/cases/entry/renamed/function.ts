const main = (): Response => new Response('renamed');

export { main as handler };
