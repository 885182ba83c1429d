import fs from "node:fs";
import { join } from "path";
export * from "node:stream/promises";
export const handler = () => [
	fs,
	join,
	import("node:util"),
	import("ramekin:pg")
];
