import "npm:@fixture/greeter@1/secret.js";
export default () => new Response("");
