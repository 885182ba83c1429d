import "./missing";
import "../outside.ts";
import "file:///etc/passwd";
import "git+https://example.test/x.git";
import "data:text/javascript,1";
import "http://example.test/a.ts";
import "./lib/a.ts";
export default () => new Response("");
