type Twice = string;
type Twice = number;
class C {
  m(a?: string, b: string) {}
  set x(value: number): void {}
}
export const handler = () => new C();
