class Shape {
	id;
	count;
	static kind = "shape";
	name;
	value;
	constructor(id, count = 0, plain) {
		this.id = id;
		this.count = count;
	}
	toString() {
		return this.name;
	}
}
function overload(a) {
	return a;
}
const point = {
	x: 1,
	y: 2
};
const cast = point;
const keys = Object.keys(point);
const id = (value) => value;
const typed = id("a");
function assertIsString(value) {}
let tuple = ["a"];
for (const key of keys) key;
export default Shape;
