import { randomBytes } from 'node:crypto';

const head = (error) => error.stack.split('\n    at')[0];

function thrown(run) {
  try {
    run();
  } catch (error) {
    return error;
  }
}

class Named extends Error {
  constructor(message) {
    super(message);
    this.name = 'Named';
  }
}

class Kind extends Error {}
Kind.prototype.name = 'Kind';

class Getter extends Error {
  #value = 7;
  get message() {
    return String(this.#value);
  }
}

class Throwing extends Error {
  get name() {
    throw new Error('unreadable');
  }
}

function Old(message) {
  this.message = message;
  Error.captureStackTrace(this, Old);
}
Old.prototype = Object.create(Error.prototype, { name: { value: 'Old' } });

function recurse() {
  return 1 + recurse();
}

export default () => {
  const changed = new Error('before');
  changed.message = 'after';
  const readBefore = new Error('before');
  readBefore.stack;
  readBefore.message = 'after';
  const shape = { name: 'Shape', message: 'seen' };
  Error.captureStackTrace(shape);
  const bare = {};
  Error.captureStackTrace(bare);
  const assigned = new Error('x');
  assigned.stack = 'mine';
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const unlimited = new Error('no frames').stack;
  Error.stackTraceLimit = 1;
  const limited = new Error('x').stack.split('\n').length;
  Error.stackTraceLimit = limit;
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, sites) => [String(error), Array.isArray(sites) ? 'prepared' : 'odd'];
  const prepared = new Error('mine').stack;
  Error.prepareStackTrace = before;
  const plain = new Error('one');
  return Response.json({
    plain: head(plain),
    native: head(thrown(() => undefined())),
    engine: head(thrown(() => null.x)),
    empty: head(new RangeError()),
    multiline: new Error('first\nsecond').stack.slice(0, 26),
    named_later: head(new Named('later')),
    changed: head(changed),
    read_before: head(readBefore),
    subclass: head(new Kind('of its own')),
    getter: head(new Getter()),
    throwing: head(new Throwing('x')),
    dom: head(new DOMException('stopped', 'AbortError')),
    aggregate: head(new AggregateError([plain], 'all')),
    suppressed: head(new SuppressedError(plain, plain, 'both')),
    cause: head(new Error('outer', { cause: plain })),
    captured: head(shape),
    captured_plain: head(bare),
    frozen: head(Object.freeze(new Error('frozen'))),
    unlimited,
    limited,
    last: !plain.stack.endsWith('\n'),
    frames: plain.stack.split('\n').slice(1).every((line) => /^    at .+/.test(line)),
    prepared,
    afterwards: head(new Error('usual')),
    own: Object.getOwnPropertyNames(new Error('x')).sort(),
    keys: Object.keys(new Error('x')).length,
    assigned: assigned.stack,
    syntax: head(thrown(() => new RegExp('('))),
    recursion: head(thrown(recurse)),
    old_style: head(new Old('style')),
    cloned: head(structuredClone(new TypeError('cloned'))),
    code: head(thrown(() => randomBytes('x'))),
    through_proxy: head(new Proxy(new Error('behind'), {})),
    inherited: head(Object.create(new Error('prototype'))),
    twice: plain.stack.split('one').length - 1,
  });
};
