export function handler(request: Request): unknown {
  switch (new URL(request.url).searchParams.get('what')) {
    case 'text':
      return 'hello';
    case 'object':
      return { status: 200, body: 'hello' };
    case 'null':
      return null;
    case 'later':
      return new Promise((resolve) => setTimeout(() => resolve(42), 10));
    case 'error':
      return Response.error();
    default:
      return undefined;
  }
}
