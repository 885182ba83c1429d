import { hello } from "@fixture/words";
export { version } from "./version.js";
export const greet = (name) => `${hello} ${name}`;
