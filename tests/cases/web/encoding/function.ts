export function handler(): Response {
  const target = new Uint8Array(4);
  let fatal = '';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff]));
  } catch (error) {
    fatal = (error as Error).name;
  }
  const bom = new Uint8Array([0xef, 0xbb, 0xbf, 0x61]);
  const stream = new TextDecoder();
  return Response.json({
    encoded: [...new TextEncoder().encode('€\ud800')],
    into: new TextEncoder().encodeInto('a€bc', target),
    decoded: new TextDecoder().decode(new Uint8Array([0xe2, 0x82, 0xac, 0xff, 0x61])),
    fatal,
    bom: [new TextDecoder().decode(bom), new TextDecoder('utf-8', { ignoreBOM: true }).decode(bom)],
    latin: new TextDecoder('windows-1252').decode(new Uint8Array([0xe9, 0x80])),
    utf16: new TextDecoder('utf-16le').decode(new Uint8Array([0x68, 0, 0x69, 0])),
    streamed: stream.decode(new Uint8Array([0xe2, 0x82]), { stream: true }) + stream.decode(new Uint8Array([0xac])),
    label: new TextDecoder('UTF8').encoding,
  });
}
