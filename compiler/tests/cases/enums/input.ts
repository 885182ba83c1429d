enum Direction { Up = 1, Down, Left = Down * 2 }
export enum Color { Red = "red", Green = "green" }
const enum Flags { A = 1 << 0, B = 1 << 1, AB = A | B }
declare enum Ambient { X }
enum Direction { Right = 9 }
console.log(Direction.Up, Direction[2], Color.Red, Flags.AB);
