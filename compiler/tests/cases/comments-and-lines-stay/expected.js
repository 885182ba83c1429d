// The first line.
/** Says hello. */
export function hello(name, times = 1) {
	// inside
	return name.repeat(times);
}
/* the end */
