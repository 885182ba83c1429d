import { even } from "./even.ts";
export default () => new Response(even(100) ? "even" : "odd");
