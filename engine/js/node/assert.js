/** node:assert: claims. */
import { requireBuiltin } from '../internal/node/require.js';

const module = requireBuiltin('assert');

export default module;
export const {
  fail, AssertionError, ok, equal, notEqual, deepEqual, notDeepEqual, deepStrictEqual, notDeepStrictEqual, strictEqual,
  notStrictEqual, throws, rejects, doesNotThrow, doesNotReject, ifError, match, doesNotMatch, CallTracker, strict,
  partialDeepStrictEqual,
} = module;
