export class A {
	set x(value = 1) {
		this.y = value;
	}
}
