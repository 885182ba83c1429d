class A { #a; m(o) { return o.#b; } }
