export function handler(): Response {
  const original: Record<string, any> = {
    date: new Date(5),
    map: new Map([['k', [1]]]),
    set: new Set([1, 2]),
    bytes: new Uint8Array([1, 2]),
    error: new TypeError('x'),
  };
  original.self = original;
  const clone = structuredClone(original);
  clone.map.get('k').push(2);
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  let refused = '';
  try {
    structuredClone({ f: () => 1 });
  } catch (error) {
    refused = (error as Error).name;
  }
  return Response.json({
    date: clone.date instanceof Date && clone.date.getTime() === 5,
    map: [...original.map],
    set: clone.set.size,
    circular: clone.self === clone,
    bytes: [...clone.bytes],
    error: String(clone.error),
    independent: clone.map.get('k').length === 2,
    transferred: buffer.byteLength,
    function: refused,
  });
}
