async function forever(): Promise<Response> {
  for (;;) await null;
}

export const handler = forever;
