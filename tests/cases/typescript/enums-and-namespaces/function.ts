enum Direction {
  Up,
  Down,
  Left = 'LEFT',
}

enum Flag {
  Read = 1 << 0,
  Write = 1 << 1,
  Execute = Write << 1,
  Both = Read | Execute,
}

const enum Size {
  Small = 10,
}

namespace Geometry {
  const half = 0.5;
  export namespace Square {
    export function area(side: number): number {
      return side * side * half;
    }
  }
}

namespace Direction {
  export function loud(direction: Direction): string {
    return `${Direction[direction as unknown as number]}!`;
  }
}

export const handler = (): Response =>
  Response.json({
    up: Direction.Up,
    name: Direction[1],
    text: Direction.Left,
    flags: Flag.Both,
    constant: Size.Small,
    area: Geometry.Square.area(5),
    merged: Direction.loud(Direction.Up),
  });
