import "./lib/setup.ts"; export default () => new Response("");
