var Direction = /* @__PURE__ */ function(Direction) {
	Direction[Direction["Up"] = 1] = "Up";
	Direction[Direction["Down"] = 2] = "Down";
	Direction[Direction["Left"] = 4] = "Left";
	return Direction;
}(Direction || {});
export let Color = /* @__PURE__ */ function(Color) {
	Color["Red"] = "red";
	Color["Green"] = "green";
	return Color;
}({});
var Flags = /* @__PURE__ */ function(Flags) {
	Flags[Flags["A"] = 1] = "A";
	Flags[Flags["B"] = 2] = "B";
	Flags[Flags["AB"] = 3] = "AB";
	return Flags;
}(Flags || {});
Direction = /* @__PURE__ */ function(Direction) {
	Direction[Direction["Right"] = 9] = "Right";
	return Direction;
}(Direction || {});
console.log(Direction.Up, Direction[2], Color.Red, Flags.AB);
