function nameOf(attempt: () => unknown): string {
  try {
    attempt();
    return 'none';
  } catch (error) {
    return (error as Error).name;
  }
}

export const handler = (): Response =>
  Response.json({
    btoa: btoa('\x00\xff\x80'),
    atob: [...atob('AP+A')].map((character) => character.charCodeAt(0)),
    spaces: atob(' aG k= '),
    errors: [nameOf(() => btoa('€')), nameOf(() => atob('a'))],
  });
