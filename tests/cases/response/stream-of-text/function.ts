export const handler = (): Response => new Response(ReadableStream.from(['not', 'bytes'] as unknown as Uint8Array[]));
