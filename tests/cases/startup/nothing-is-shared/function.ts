let counter = 0;
const seen = new Set<string>();

/** As libraries make it: version 4 from random bytes, with a pool that is filled at first use. */
const pool = new Uint8Array(256);
let used = pool.length;
function libraryUuid(): string {
  if (used + 16 > pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const bytes = pool.slice(used, (used += 16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

export function handler(): Response {
  counter += 1;
  const shared = globalThis as { leak?: boolean };
  const leaked = shared.leak === true || seen.size > 0 || 'leak' in Array.prototype;
  shared.leak = true;
  seen.add('x');
  Object.defineProperty(Array.prototype, 'leak', { value: true, configurable: true });
  return Response.json({
    counter,
    leaked,
    random: Math.random(),
    uuid: crypto.randomUUID(),
    library: libraryUuid(),
    bytes: btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16)))),
  });
}
