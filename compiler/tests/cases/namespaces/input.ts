namespace Outer {
  export const a = 1;
  export namespace Inner { export function f() { return a; } }
  type Gone = string;
}
namespace Types { export interface OnlyTypes {} }
namespace A.B { export class C {} }
import Alias = Outer.Inner;
console.log(Alias.f(), new A.B.C());
