import assert, { AssertionError } from 'node:assert';
import strict from 'node:assert/strict';

const failure = (use: () => void): any => {
  try {
    use();
  } catch (error) {
    return error;
  }
  return { message: 'ok' };
};

export default async () => {
  const equal = failure(() => assert.strictEqual(1, 2));
  return Response.json({
    code: equal instanceof AssertionError && equal.code,
    generated: equal.generatedMessage,
    operator: equal.operator,
    message: equal.message,
    deep: failure(() => assert.deepStrictEqual({ a: [1, 2] }, { a: [1, 3] })).message,
    thrown: failure(() => assert.throws(() => { throw new TypeError('x'); }, { name: 'TypeError', message: /x/ })).message,
    rejected: await assert.rejects(Promise.reject(new Error('y')), /y/).then(() => 'ok'),
    missing: failure(() => assert.throws(() => {})).message,
    matched: failure(() => assert.match('abc', /x/)).message,
    loose: failure(() => { assert.deepEqual([[1, '2']], [['1', 2]]); assert.notStrictEqual(1, 2); assert(true); assert.ifError(null); }).message,
    own: failure(() => strict.equal(1, 2, 'mine')).message,
    diff: failure(() => strict.deepEqual({ a: 1 }, { a: 2 })).message,
  });
};
