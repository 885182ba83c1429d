function inner(): never {
  throw new TypeError('the reason');
}

export default async (request: Request): Promise<Response> => {
  switch (new URL(request.url).searchParams.get('what')) {
    case 'cause':
      try {
        inner();
      } catch (cause) {
        throw new Error('what it leads to', { cause });
      }
    case 'any':
      return Promise.any([Promise.reject(new Error('one')), Promise.reject(new RangeError('two'))]);
    case 'circle': {
      const error: any = new Error('around');
      error.cause = new Error('and around', { cause: error });
      throw error;
    }
    case 'object': {
      const thrown: any = { code: 7, tags: ['a'] };
      thrown.self = thrown;
      throw thrown;
    }
    default:
      throw new Error('with data', { cause: { status: 402 } });
  }
};
