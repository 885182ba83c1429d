import { Duration, Effect, Fiber, Layer, Context, Option, pipe, Schedule, Schema, Stream } from "npm:effect@4.1.0";

class Clock extends Context.Service<Clock, { now: Effect.Effect<number> }>()("Clock") {}
const program = Effect.gen(function* () {
  const clock = yield* Clock;
  const now = yield* clock.now;
  const fiber = yield* Effect.forkChild(Effect.delay(Effect.succeed("late"), Duration.millis(5)));
  return { now, late: yield* Fiber.join(fiber) };
});
const User = Schema.Struct({ name: Schema.NonEmptyString, age: Schema.NumberFromString });

export default async () => {
  let tries = 0;
  const flaky = Effect.suspend(() => ++tries < 3 ? Effect.fail("again") : Effect.succeed(tries));
  return Response.json({
    program: await Effect.runPromise(Effect.provide(program, Layer.succeed(Clock, { now: Effect.succeed(7) }))),
    flaky: await Effect.runPromise(Effect.retry(flaky, Schedule.recurs(5))),
    all: await Effect.runPromise(Effect.all([1, 2, 3].map((n) => Effect.promise(async () => n * 2)), { concurrency: 2 })),
    decoded: Schema.decodeUnknownSync(User)({ name: "Ada", age: "36" }),
    wrong: Schema.decodeUnknownOption(User)({ name: "", age: "36" })._tag,
    streamed: await Effect.runPromise(Stream.runCollect(pipe(Stream.range(1, 4), Stream.filter((n) => n % 2 === 0)))).then((chunk) => [...chunk]),
    option: pipe(Option.some(2), Option.map((n) => n + 1), Option.getOrElse(() => 0)),
  });
};
