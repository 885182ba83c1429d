const bytes = new Uint8Array([0, 1, 255, 254, 128, 192, 255]);

export function handler(request: Request): Response {
  switch (new URL(request.url).search) {
    case '?blob':
      return new Response(new Blob([bytes.subarray(0, 3), bytes.subarray(3)], { type: 'image/blob' }));
    case '?buffer':
      return new Response(bytes.buffer);
    case '?part':
      return new Response(bytes.subarray(2, 5));
    default:
      return new Response(bytes, { headers: { 'content-type': 'image/x-case' } });
  }
}
