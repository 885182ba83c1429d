const TYPES = ['loadstart', 'progress', 'load', 'abort', 'error', 'loadend'] as const;

function read(start: (reader: FileReader) => void): Promise<[any, string[]]> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    const events: string[] = [];
    for (const type of TYPES) {
      reader.addEventListener(type, () => {
        events.push(type);
        if (type === 'loadend') resolve([reader.result, events]);
      });
    }
    start(reader);
  });
}

export async function handler(): Promise<Response> {
  const blob = new Blob(['grüß'], { type: 'text/plain' });
  const [text, events] = await read((reader) => reader.readAsText(blob));
  const [url] = await read((reader) => reader.readAsDataURL(blob));
  const [buffer] = await read((reader) => reader.readAsArrayBuffer(blob.slice(0, 2)));
  let busy = 'none';
  const [, aborted] = await read((reader) => {
    reader.readAsText(blob);
    try {
      reader.readAsText(blob);
    } catch (error) {
      busy = (error as Error).name;
    }
    reader.abort();
  });
  return Response.json({ text, url, bytes: [...new Uint8Array(buffer)], events, busy, aborted });
}
