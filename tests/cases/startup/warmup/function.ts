let runs = 0;
let calls = 0;
let table: Map<number, string> | undefined;
const randoms = new Set<number>();
let began = 0;
const left: unknown[] = [];

function tableOf(): Map<number, string> {
  return (table ??= new Map(Array.from({ length: 1000 }, (_, n) => [n, `#${n}`])));
}

export function warmup(): void {
  console.log(`warm at ${runs}`);
  runs++;
  tableOf();
  randoms.add(Math.random());
  began = Date.now();
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  left.push(circle);
}

export function handler(): Response {
  const size = randoms.size;
  for (let n = 0; n < 3; n++) randoms.add(Math.random());
  return Response.json({
    runs, table: table?.size, calls: ++calls, random: size === 1 && randoms.size === 4, clock: Date.now() > began, circles: left.length,
  });
}
