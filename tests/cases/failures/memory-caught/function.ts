export function handler(): Response {
  let caught = false;
  try {
    new Uint8Array(200 * 1024 * 1024);
  } catch {
    caught = true;
  }
  return Response.json({ caught, then: new Uint8Array(4).length });
}
