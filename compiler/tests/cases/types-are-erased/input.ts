interface Point { x: number; y: number }
type Id<T = string> = T extends string ? `id-${T}` : never;
declare const VERSION: string;
declare function external(a: number): void;
declare module "x" { export const y: number }
abstract class Shape<T> {
  static readonly kind: string = "shape";
  declare erased: number;
  private name?: string;
  value!: T;
  abstract area(): number;
  protected constructor(public readonly id: Id, private count = 0, plain?: number) {}
  override toString(this: Shape<T>): string { return this.name!; }
  [key: string]: unknown;
}
function overload(a: string): string;
function overload(a: number): number;
function overload(a: any): any { return a; }
const point = { x: 1, y: 2 } satisfies Point;
const cast = <unknown>point as Point;
const keys = Object.keys(point) as (keyof Point)[];
const id = <T,>(value: T): T => value;
const typed = id<string>("a")!;
function assertIsString(value: unknown): asserts value is string {}
let tuple: [a: string, b?: number, ...rest: boolean[]] = ["a"];
for (const key of keys as Iterable<string>) key;
export type { Point };
export default Shape;
