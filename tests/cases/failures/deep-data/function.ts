function nested(): unknown[] {
  let value: unknown[] = [];
  for (let i = 0; i < 100_000; i++) value = [value];
  return value;
}

function nestedObjects(): object {
  let value = {};
  for (let i = 0; i < 100_000; i++) value = { value, more: 1 };
  return value;
}

function attempt(what: string): unknown {
  switch (what) {
    case '?write':
      return JSON.stringify(nested());
    case '?write-objects':
      return JSON.stringify(nestedObjects());
    case '?write-indented':
      return JSON.stringify(nestedObjects(), null, 1);
    case '?read-objects':
      return JSON.parse('{"value":'.repeat(100_000) + 'null' + '}'.repeat(100_000));
    case '?read':
      return JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    case '?clone':
      return structuredClone(nested());
    case '?log':
      return console.log(nested());
    case '?regex':
      return new RegExp('(?:'.repeat(100_000) + ')'.repeat(100_000));
    default:
      return nested().length;
  }
}

export function handler(request: Request): Response {
  try {
    attempt(new URL(request.url).search);
    return Response.json({ caught: false });
  } catch (error) {
    return Response.json({ caught: true, name: (error as Error).name });
  }
}
