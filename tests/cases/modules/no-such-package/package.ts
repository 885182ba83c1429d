// The place is that of the import.
import "npm:@fixture/none";
export default () => new Response("");
