/** By which promises of queries are rejected when the server refuses. */
import { dbErrors } from 'native';

/** An error of the database server. `fields` has all that it said: `code` (SQLSTATE), `detail`, `hint`, `constraint`, … */
export class PostgresError extends Error {
  /** @param {Record<string, string>} fields */
  constructor(fields) {
    super(fields.message);
    this.fields = fields;
  }
}
Object.defineProperty(PostgresError.prototype, 'name', { value: 'PostgresError', writable: true, configurable: true });
dbErrors((fields) => new PostgresError(fields));
