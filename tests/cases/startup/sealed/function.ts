const color = Deno.env.get('COLOR') ?? 'none';
const region = Deno.env.toObject().BUTTERBASE_REGION;

export const handler = (): Response => Response.json({ color, region });
