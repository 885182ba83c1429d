const ctx = 7;
const db = 'db';
const dbUrl = undefined;
const request = 'request';
class Pool {
  toString(): string {
    return 'pool';
  }
}
function convertRows(): string {
  return [db, new Pool(), request, ctx].join(' ');
}
const acquireClient = convertRows;
const __waitUntilPromises: unknown[] = [dbUrl];

export const handler = (): Response => new Response(__waitUntilPromises.length === 1 ? acquireClient() : '');
