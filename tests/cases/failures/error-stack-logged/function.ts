class Kind extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Kind';
  }
}

function fail(): never {
  throw new Kind('said once');
}

type Caught = Error & { stack: string };

export function handler(): Response {
  const lines: string[] = [];
  try {
    fail();
  } catch (error) {
    console.log((error as Caught).stack);
    console.log('failed:', error);
    lines.push((error as Caught).message);
    throw error;
  }
}
