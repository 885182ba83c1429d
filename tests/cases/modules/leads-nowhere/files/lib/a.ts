export { a } from
  "https://example.test/a.ts";
import "#internal";
import "../../../../../../etc/passwd";
