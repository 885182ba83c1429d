export async function handler(): Promise<Response> {
  const data = await fetch('data:text/plain;charset=utf-8,hi%20%E2%82%AC');
  const base64 = await fetch('data:;base64,AP8=');
  const url = URL.createObjectURL(new Blob(['from a blob']));
  const blob = await fetch(url);
  return Response.json({
    data: await data.text(),
    type: data.headers.get('content-type'),
    base64: [...new Uint8Array(await base64.arrayBuffer())],
    blob: await blob.text(),
  });
}
