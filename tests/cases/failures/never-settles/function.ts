export const handler = (): Promise<Response> => new Promise(() => {});
