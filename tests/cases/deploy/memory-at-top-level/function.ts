const data = new Uint8Array(150 << 20);

export default (): Response => new Response(`${data.length}`);
