/** `URLPattern` of the URL Pattern Standard, from the vendored urlpattern-polyfill. */

import { defineInterface } from '../internal/webidl.js';
import { URLPattern } from '../vendor/urlpattern-polyfill/urlpattern.js';

defineInterface(URLPattern, 'URLPattern');

export { URLPattern };
