import { decodeTime, isValid, monotonicFactory, ulid } from "npm:ulid@3.0.2";

export default () => {
  const next = monotonicFactory();
  const ids = [next(1_700_000_000_000), next(1_700_000_000_000), next(1_700_000_000_001)];
  return Response.json({
    id: ulid(),
    length: ulid().length,
    sorted: [...ids].sort().join() === ids.join() && new Set(ids).size === 3,
    time: decodeTime(ulid(1_700_000_000_000)),
    valid: [isValid(ulid()), isValid("nothing")],
  });
};
