let Outer;
(function(_Outer) {
	const a = _Outer.a = 1;
	let Inner;
	(function(_Inner) {
		function f() {
			return a;
		}
		_Inner.f = f;
	})(Inner || (Inner = _Outer.Inner || (_Outer.Inner = {})));
})(Outer || (Outer = {}));
let A;
(function(_A) {
	let B;
	(function(_B) {
		class C {}
		_B.C = C;
	})(B || (B = _A.B || (_A.B = {})));
})(A || (A = {}));
var Alias = Outer.Inner;
console.log(Alias.f(), new A.B.C());
