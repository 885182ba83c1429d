import { text } from "npm:@fixture/pages@1.0.0";

export default () => Response.json({ text: text("<p>Hi <b>you</b></p>") });
