import "./lib/broken.ts"; export default () => new Response("");
