class Base {
	#_accessor1 = "a";
	get name() {
		return this.#_accessor1;
	}
	set name(value) {
		this.#_accessor1 = value;
	}
	static #_accessor2 = 0;
	static get count() {
		return this.#_accessor2;
	}
	static set count(value) {
		this.#_accessor2 = value;
	}
	#_accessor3;
	get "two words"() {
		return this.#_accessor3;
	}
	set "two words"(value) {
		this.#_accessor3 = value;
	}
	#_accessor4 = this.name;
	get #hidden() {
		return this.#_accessor4;
	}
	set #hidden(value) {
		this.#_accessor4 = value;
	}
	#_accessor5 = 2;
	get 1() {
		return this.#_accessor5;
	}
	set 1(value) {
		this.#_accessor5 = value;
	}
	see() {
		return this.#hidden;
	}
}
class Inner {
	accessor = 1;
	static accessor;
	field = class {
		#_accessor6 = 1;
		get nested() {
			return this.#_accessor6;
		}
		set nested(value) {
			this.#_accessor6 = value;
		}
	};
}
