function table(): never {
  throw new TypeError('no table');
}

export const warmup = (): void => table();

export default (): Response => new Response('never deployed');
