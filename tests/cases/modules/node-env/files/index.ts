import { written } from './lib/mode.ts';

const { NODE_ENV: read } = process.env;
const optional = process.env?.NODE_ENV;

export default (): Response => Response.json({ written, read, optional, asked: Deno.env.get('NODE_ENV') });
