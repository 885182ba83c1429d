export default async (request: Request): Promise<Response> => {
  const iterations = Number(new URL(request.url).searchParams.get('rounds'));
  const key = await crypto.subtle.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits']);
  const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-512', salt: new Uint8Array(8), iterations }, key, 256);
  return Response.json({ length: bits.byteLength });
};
