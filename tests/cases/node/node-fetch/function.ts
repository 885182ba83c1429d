// Libraries import it where they find no window: what they get is the platform's fetch, in its clothes.
import fetch, { AbortError, FetchError, Headers, Response } from 'npm:node-fetch@3';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';

const require = createRequire(import.meta.url);

export default async (request: Request) => {
  const upstream: string = await request.json();
  const posted = await fetch(new URL('/echo?a=1', upstream), {
    method: 'POST',
    body: Readable.from(['one ', Buffer.from('two')]),
    headers: new Headers({ 'x-a': '1' }),
    agent: {},
  } as never);
  const echo: any = await posted.json();
  const streamed = await fetch(`${upstream}/stream/2`);
  const chunks: string[] = [];
  for await (const chunk of streamed.body!) chunks.push(String(chunk));
  const bytes = await (await fetch(`${upstream}/bytes/3`) as any).buffer();
  const raw = (await fetch(`${upstream}/cookies`)).headers.raw()['set-cookie'];
  const refused: any = await fetch('http://127.0.0.1:1/').catch((error) => error);
  const late: any = await fetch(`${upstream}/slow/2000`, { timeout: 50 } as never).catch((error) => error);
  const given: any = await fetch(`${upstream}/slow/2000`, { signal: AbortSignal.timeout(50) }).catch((error) => error);
  const stopped: any = await fetch(`${upstream}/slow/2000`, { signal: AbortSignal.abort() }).catch((error) => error);
  const required = require('ramekin:node-fetch');
  return Response.json({
    echo: [echo.method, echo.target, echo.body, echo.headers.find(([name]: [string]) => name === 'x-a')[1]],
    chunks: chunks.join(''),
    bytes: [Buffer.isBuffer(bytes), ...bytes],
    raw,
    refused: [refused instanceof FetchError, refused.name, refused.type, refused.message],
    late: [late.type, late.message.startsWith('network timeout at: http')],
    given: given.name,
    stopped: [stopped instanceof AbortError, stopped.type],
    required: [required === fetch, required.default === fetch, required.Headers === Headers],
    wrong: await fetch('not an address').catch((error) => error.constructor.name),
  });
};
