export async function handler(): Promise<Response> {
  const blob = new Blob(['a', new Uint8Array([98]), new Blob(['€']), 'c'], { type: 'text/X' });
  const file = new File(['x'], 'n.txt', { type: 'text/plain', lastModified: 5 });
  let stream = '';
  for await (const part of blob.stream().pipeThrough(new TextDecoderStream())) stream += part;
  return Response.json({
    size: blob.size,
    type: blob.type,
    text: await blob.text(),
    slice: await blob.slice(2, 5).text(),
    bytes: [...new Uint8Array(await blob.slice(0, 2).arrayBuffer())],
    stream,
    file: [file.name, file.lastModified, file.type, file instanceof Blob],
  });
}
