const MODULE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

export async function handler(): Promise<Response> {
  const said = (error: any) => [error.name, error instanceof WebAssembly.CompileError && error instanceof Error];
  const errorOf = (work: () => unknown) => {
    try {
      work();
      return undefined;
    } catch (error) {
      return error as Error;
    }
  };
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
  const { buffer } = memory;
  return Response.json({
    valid: WebAssembly.validate(MODULE),
    compile: await WebAssembly.compile(MODULE).catch(said),
    instantiate: await WebAssembly.instantiate(MODULE).catch(said),
    module: said(errorOf(() => new WebAssembly.Module(MODULE))),
    memory: [buffer.byteLength, memory.grow(1), memory.buffer.byteLength, buffer.byteLength],
    beyond: errorOf(() => memory.grow(1))?.name,
  });
}
