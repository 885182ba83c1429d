import it from "npm:@fixture/escapes@1";
export default () => new Response(String(it));
