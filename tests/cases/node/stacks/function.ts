import { inspect, getCallSites } from 'node:util';
import { join } from 'node:path';

class Late extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LateError';
  }
}

class ValidationError extends Error {}

const caught = (work: () => unknown): any => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};
const first = (text: unknown) => String(text).split('\n')[0];

export default () => {
  const changed = new Error('before');
  changed.message = 'after';
  const own = new Error('x');
  own.stack = 'mine';

  const { prepareStackTrace } = Error as any;
  (Error as any).prepareStackTrace = (_: unknown, sites: any[]) => sites;
  const [site] = new Error().stack as any;
  (Error as any).prepareStackTrace = prepareStackTrace;

  const named = () => getCallSites(1);
  return Response.json({
    plain: first(new Error('boom').stack),
    frames: /^Error: boom\n {4}at /.test(new Error('boom').stack ?? ''),
    thrown: first(caught(() => (undefined as any).x).stack),
    dom: first(new DOMException('gone', 'AbortError').stack),
    node: first(caught(() => join(1 as any)).stack),
    unnamed: first(new ValidationError('v').stack),
    late: first(inspect(new Late('l'))),
    changed: first(inspect(changed)),
    own: own.stack,
    captured: first((() => {
      const holder: { stack?: string } = {};
      Error.captureStackTrace(holder);
      return holder.stack;
    })()),
    site: [site.getFileName() !== null, site.getLineNumber() > 0, site.isEval(), site.getTypeName()],
    callers: named().map(({ functionName }: { functionName: string }) => functionName),
  });
};
