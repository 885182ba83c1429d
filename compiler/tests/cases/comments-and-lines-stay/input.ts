// The first line.

/** Says hello. */
export function hello(
  name: string, // who
  /* how often */ times = 1,
) {
  // inside
  return name.repeat(times); // after
}
/* the end */
