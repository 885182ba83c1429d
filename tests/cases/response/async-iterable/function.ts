import { Readable } from 'node:stream';

async function* parts() {
  yield 'a';
  await null;
  yield new Uint8Array([98]);
  yield 'é💥';
}

export default async (request: Request): Promise<Response> => {
  switch (new URL(request.url).searchParams.get('what')) {
    case 'generator':
      return new Response(parts() as any, { headers: { 'content-type': 'text/plain' } });
    case 'node':
      return new Response(Readable.from(['x', 'y']) as any);
    case 'text':
      return new Response(await new Response(parts() as any).text());
    case 'fails':
      return new Response((async function* () { yield 'a'; throw new Error('in the middle'); })() as any);
    default:
      return new Response();
  }
};
