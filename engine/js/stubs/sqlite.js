/** node:sqlite, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('sqlite', 'use ctx.db');

const DatabaseSync = fails('DatabaseSync');
const StatementSync = fails('StatementSync');
const backup = fails('backup');

const constants = {};

export {
  DatabaseSync, StatementSync, constants, backup,
};
export default {
  DatabaseSync, StatementSync, constants, backup,
};
