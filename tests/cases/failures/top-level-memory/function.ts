const all: Uint8Array[] = [];
for (;;) all.push(new Uint8Array(1 << 20).fill(1));

export default (): Response => new Response('never deployed');
