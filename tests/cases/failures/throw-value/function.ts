const hostile = {
  get message(): string {
    throw new Error('even looking at it throws');
  },
  toString(): string {
    throw new Error('so does writing it');
  },
};

export default function handler(request: Request): Response {
  switch (new URL(request.url).searchParams.get('what')) {
    case 'string':
      throw 'just a text';
    case 'object':
      throw { code: 7 };
    case 'message':
      throw { message: 'from a plain object' };
    case 'null':
      throw null;
    case 'undefined':
      throw undefined;
    case 'number':
      throw 42;
    case 'symbol':
      throw Symbol('s');
    case 'hostile':
      throw hostile;
    case 'proxy': {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      throw proxy;
    }
    default:
      return new Response('nothing thrown');
  }
}
