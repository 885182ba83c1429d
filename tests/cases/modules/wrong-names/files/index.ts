import { helper } from './lib/helper';
import main from './lib/helper';
export { Shape } from './lib/helper';

export default () => new Response(String([helper, main]));
