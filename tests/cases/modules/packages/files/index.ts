import { greet } from "@fixture/greeter";
import { version } from "@fixture/greeter/version";

export default () => Response.json({ greeting: greet("you"), version });
