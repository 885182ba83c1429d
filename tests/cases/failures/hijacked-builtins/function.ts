/** A function that changes the language under the platform's feet gets an error or its answer, and no other call notices. */
export default async (request: Request): Promise<Response> => {
  const boom = (): never => {
    throw new Error('hijacked');
  };
  const globals: any = globalThis;
  switch (new URL(request.url).searchParams.get('what')) {
    case 'iterator':
      Array.prototype[Symbol.iterator] = boom;
      throw new Error('thrown after that');
    case 'globals':
      for (const name of ['Promise', 'Object', 'Array', 'Uint8Array', 'TypeError', 'Error', 'Map', 'Symbol', 'Reflect', 'String', 'JSON']) globals[name] = undefined;
      throw 'thrown after that';
    case 'promise':
      globals.Promise = class {
        static resolve = boom;
      };
      return new Response('as ever');
    case 'errors':
      Error.prototype.toString = boom;
      Object.defineProperty(Error.prototype, 'message', { get: boom });
      throw new Error('thrown after that');
    case 'reflect':
      Reflect.apply = boom;
      Object.defineProperty = boom;
      return new Response('as ever');
    default:
      return new Response('untouched');
  }
};
