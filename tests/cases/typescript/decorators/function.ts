const order: string[] = [];
const say = (text: string) => {
  order.push(text);
  return text;
};

function logged(value: Function, context: any) {
  say(`${context.kind} ${String(context.name)}${context.static ? ' static' : ''}`);
  return function (this: unknown, ...given: unknown[]) {
    return `<${String(context.name)}:${String(value.apply(this, given))}>`;
  };
}
function doubled(value: undefined, context: any) {
  say(`${context.kind} ${String(context.name)}${context.private ? ' private' : ''} ${value}`);
  return (initial: number) => initial * 2;
}
function plus(n: number) {
  return (_value: undefined, _context: any) => (initial: number) => initial + n;
}
function bound(_value: Function, context: any) {
  context.addInitializer(function (this: any) {
    this[context.name] = this[context.name].bind(this);
  });
}
function registered(value: any, context: any) {
  value.kind = context.kind;
  context.metadata.seen = true;
  context.addInitializer(function (this: any) {
    this.ready = context.name;
  });
}
const key = Symbol('computed');

@registered
class Counter<T extends number> {
  @doubled n = 21;
  @doubled #secret: number = 4;
  @plus(1) @doubled both = 10;
  @doubled static shared = 3;
  @logged add(a: T, b: T) {
    return a + b;
  }
  @logged static make() {
    return 'made';
  }
  @logged get got() {
    return this.#secret;
  }
  @logged [key]() {
    return 'by symbol';
  }
  @logged ['com' + 'puted']() {
    return 'by text';
  }
  @bound name() {
    return this.n;
  }
}

const Anonymous = @registered class {};
class Plain {
  @logged m() {
    return 'plain';
  }
}
export default @registered class Exported {}
export @registered class Other extends Counter<1> {}

export function handler(): Response {
  const counter: any = new Counter();
  const { name } = counter;
  return Response.json({
    n: counter.n, both: counter.both, shared: Counter.shared, add: counter.add(1, 2), made: Counter.make(), got: counter.got,
    symbol: counter[key](), text: counter.computed(), name: name(), kind: (Counter as any).kind, ready: (Counter as any).ready,
    anonymous: (Anonymous as any).kind, plain: new Plain().m(), exported: (Exported as any).ready, other: new Other().n,
    metadata: (Counter as any)[(Symbol as any).metadata].seen, order,
  });
}
