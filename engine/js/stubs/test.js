/** node:test, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('test', 'tests run outside of functions');

const skip = fails('skip');
const todo = fails('todo');
const only = fails('only');
const after = fails('after');
const afterEach = fails('afterEach');
const before = fails('before');
const beforeEach = fails('beforeEach');
const describe = fails('describe');
const it = fails('it');
const run = fails('run');
const suite = fails('suite');
const test = fails('test');
const snapshot = fails('snapshot');

const mock = {
  fn: fails('mock.fn'), method: fails('mock.method'), getter: fails('mock.getter'), setter: fails('mock.setter'),
  reset: fails('mock.reset'), restoreAll: fails('mock.restoreAll'),
};

export {
  skip, todo, only, after, afterEach, before, beforeEach, describe, it, run, suite, test, mock, snapshot,
};
export default Object.assign(fails('test'), { skip, todo, only, after, afterEach, before, beforeEach, describe, it, run, suite, test, mock, snapshot });
