/** By which promises of queries are rejected when the server refuses. */
import { dbErrors } from 'native';

/** An error of the database server. `fields` has all that it said: `code` (SQLSTATE), `detail`, `hint`, `constraint`, … */
export class PostgresError extends Error {
  /** @param {Record<string, string>} fields */
  constructor(fields) {
    super(fields.message);
    this.fields = fields;
    // It is made where no line of the function is under way. Without a stack it gets one where it is thrown: at an `await`.
    delete this.stack;
  }
}
Object.defineProperty(PostgresError.prototype, 'stack', {
  get() { return `${this.name}: ${this.message}`; },
  set(value) { Object.defineProperty(this, 'stack', { value, writable: true, configurable: true }); },
  configurable: true,
});
// As the drivers of Node have it: `error.code === '23505'`.
for (const key of ['code', 'column', 'constraint', 'detail', 'hint', 'position', 'schema', 'severity', 'table']) {
  Object.defineProperty(PostgresError.prototype, key, { get() { return this.fields?.[key]; }, configurable: true });
}
Object.defineProperty(PostgresError.prototype, 'name', { value: 'PostgresError', writable: true, configurable: true });
dbErrors((fields) => new PostgresError(fields));
