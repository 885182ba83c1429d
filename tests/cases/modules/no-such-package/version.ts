import "npm:@fixture/greeter@^9";
export default () => new Response("");
