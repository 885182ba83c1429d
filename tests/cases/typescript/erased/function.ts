import type { Something } from './nowhere.ts';

declare const unknownGlobal: number;
declare module 'nowhere' {
  export type Nothing = never;
}

type Label = `${'a' | 'b'}-${string}`;
type Shape = { kind: 'circle'; radius: number } | { kind: 'square'; side: number };
type Deep<T> = T extends readonly (infer U)[] ? Deep<U> : T;

interface Box<T extends object = object> {
  readonly value?: T;
}

abstract class Base<T> {
  protected abstract value: T;
  declare extra: string;
  get(this: Base<T>): T {
    return this.value;
  }
}

class Sum extends Base<number> implements Box {
  protected override value: number;
  constructor(
    private readonly a: number,
    b: number,
  ) {
    super();
    this.value = this.a + b;
  }
}

function first<const T extends readonly unknown[]>(list: T): T[0];
function first(list: readonly unknown[]): unknown {
  return list[0]!;
}

function isCircle(shape: Shape): shape is Extract<Shape, { kind: 'circle' }> {
  return shape.kind === 'circle';
}

const label = 'a-b' satisfies Label;
const box = {} as Box<{ deep: Something }>;
const one: Deep<number[][]> = <number>1;

export function handler(this: void, _request?: Request): Response {
  const shape: Shape = { kind: 'circle', radius: 1 };
  if (typeof unknownGlobal !== 'undefined') throw new TypeError();
  return Response.json({
    sum: new Sum(1, 2).get(),
    label,
    first: first([one, 2] as const),
    chained: box.value?.deep ?? null,
    kind: isCircle(shape) ? shape.kind : 'other',
  });
}
