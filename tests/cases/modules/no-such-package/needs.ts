import "npm:@fixture/needs@1";
export default () => new Response("");
