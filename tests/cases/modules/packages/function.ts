import { greet, version } from "npm:@fixture/greeter@^1.0.0";
import words from "npm:@fixture/words@1";

export default () => Response.json({ greeting: greet("you"), version, native: words.native });
