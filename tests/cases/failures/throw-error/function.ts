interface Types {
  are: 'stripped';
}

enum Kind {
  Expected,
}
function fail(kind: Kind, _: Types | null): never {
  throw new Error(kind === Kind.Expected ? 'boom' : 'other');
}

export async function handler(_request: Request): Promise<Response> {
  await Promise.resolve();
  return fail(Kind.Expected, null);
}
