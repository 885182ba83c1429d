export async function handler(request: Request): Promise<Response> {
  const upstream: string = await request.json();
  const endless = (): Promise<Response> => fetch(`${upstream}/stream/100000`);
  // Small ones are not open, whether they are read or not.
  for (let n = 0; n < 3; n++) await Promise.all(Array.from({ length: 50 }, () => fetch(`${upstream}/status/200`)));
  const open: Response[] = [];
  while (open.length < 128) open.push(...(await Promise.all(Array.from({ length: 32 }, endless))));
  const failed = await endless().then(
    () => null,
    (error) => error,
  );
  await open[0]!.body!.cancel();
  const cancelled = await endless();
  await open[1]!.body!.cancel();
  const read = await (await fetch(`${upstream}/stream/1`)).text();
  const small = await fetch(`${upstream}/status/200`);
  return Response.json({
    open: open.length,
    error: failed?.name,
    why: failed?.cause?.message,
    cancelled: cancelled.status,
    read,
    small: small.status,
  });
}
