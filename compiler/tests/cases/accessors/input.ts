class Base {
  accessor name = "a";
  static accessor count: number = 0;
  private accessor "two words": string | undefined;
  accessor #hidden = this.name;
  accessor 1 = 2;
  see() { return this.#hidden; }
}
class Inner { accessor = 1; static accessor; field = class { accessor nested = 1 } }
