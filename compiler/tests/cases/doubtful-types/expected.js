class C {
	m(a, b) {}
	set x(value) {}
}
export const handler = () => new C();
