import * as greeter from "npm:@fixture/greeter@~1.0.0";

export default () => Response.json({ greeting: greeter.greet("you"), version: greeter.version });
