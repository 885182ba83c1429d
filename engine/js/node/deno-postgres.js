/**
 * ramekin:deno-postgres: `https://deno.land/x/postgres` over the host's database. Statements run as the caller of the function;
 * addresses are not looked at. Nothing is connected before a query runs.
 */
import { Session } from '../internal/sql/session.js';
import { arrayText, bytesText, dateText, parseArray, parseBytes, parseDate } from '../internal/sql/values.js';

export class PostgresError extends Error {
  constructor(fields, query = undefined) {
    super(fields.message);
    this.fields = fields;
    this.query = query;
    this.name = 'PostgresError';
  }
}

export class ConnectionError extends Error {
  constructor(message) {
    super(message);
    this.name = 'ConnectionError';
  }
}

export class TransactionError extends Error {
  constructor(transaction, cause) {
    super(`The transaction "${transaction}" has been aborted`, { cause });
    this.name = 'TransactionError';
  }
}

/** @param {string | Record<string, string>} what */
function failed(what) {
  return typeof what === 'string' ? new ConnectionError(what) : new PostgresError(what);
}

// ---- values -----------------------------------------------------------------------------------------------------

const text = (value) => value;
const point = (value) => {
  const [x, y] = value.slice(1, -1).split(',');
  return { x, y };
};
const DECODERS = new Map([
  [16, (value) => value === 't'], [17, parseBytes], [20, BigInt], [21, Number], [23, Number], [28, Number], [700, Number], [701, Number],
  [114, JSON.parse], [3802, JSON.parse], [600, point], [1082, parseDate], [1114, parseDate], [1184, parseDate],
]);
for (const [array, element] of [
  [1000, 16], [1001, 17], [1016, 20], [1005, 21], [1007, 23], [1011, 28], [1021, 700], [1022, 701], [199, 114], [3807, 3802], [1017, 600],
  [1182, 1082], [1115, 1114], [1185, 1184],
]) {
  DECODERS.set(array, (value) => parseArray(value, DECODERS.get(element)));
}
for (const array of [1002, 1003, 1008, 1009, 1014, 1015, 1028, 1040, 1041, 1183, 1231, 1270, 2951, 651]) {
  DECODERS.set(array, (value) => parseArray(value, text));
}

/** A parameter as text, or null. */
function encode(value) {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return bytesText(value);
  if (value instanceof Date) return dateText(value);
  if (Array.isArray(value)) return arrayText(value, encode);
  if (value instanceof Object) return JSON.stringify(value);
  return String(value);
}

// ---- queries ----------------------------------------------------------------------------------------------------

const NAMED = /\$([A-Za-z_]\w*)/g;

/** `$name` as `$1`, and the values in this order. */
function positional(sql, given) {
  const values = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  const names = [];
  const plain = sql.replace(NAMED, (placeholder, name) => {
    const key = name.toLowerCase();
    if (!values.has(key)) throw new Error(`No value was provided for the query argument "${key}"`);
    if (!names.includes(key)) names.push(key);
    return `$${names.indexOf(key) + 1}`;
  });
  return [plain, names.map((name) => values.get(name))];
}

/** What a query was called with: a template, a text and its arguments, or options. */
function queryOf(first, rest) {
  if (Array.isArray(first) && Array.isArray(first.raw)) {
    const sql = first.reduce((before, part, at) => `${before}$${at}${part}`);
    return { text: sql, values: rest };
  }
  const options = typeof first === 'string' ? { text: first, args: rest[0] } : { ...first };
  const args = options.args ?? [];
  const [sql, values] = Array.isArray(args) ? [options.text, args] : positional(options.text, args);
  return { ...options, text: sql, values: values.map(options.encoder ?? encode), encoded: true };
}

const camel = (name) => name.replace(/_+([a-z0-9])/gi, (_, letter) => letter.toUpperCase());

function decoded(answer, decoders, strings) {
  return answer.rows.map((cells) => cells.map((cell, at) => {
    if (cell === null || strings) return cell;
    const type = answer.types[at];
    const own = decoders?.[type];
    return own ? own(cell, type, parseArray) : (DECODERS.get(type) ?? text)(cell);
  }));
}

class QueryResult {
  constructor(query, answer) {
    this.query = query;
    this.command = answer.command.split(' ')[0];
    this.rowCount = answer.count ?? undefined;
    this.rowDescription = {
      columnCount: answer.names.length,
      columns: answer.names.map((name, index) => ({ name, index, typeOid: answer.types[index], tableOid: 0, columnLength: -1, typeModifier: -1, format: 0 })),
    };
    this.warnings = [];
    this.rows = [];
  }
}

class QueryArrayResult extends QueryResult {}
class QueryObjectResult extends QueryResult {}

function arraysOf(query, answer, controls) {
  const result = new QueryArrayResult(query, answer);
  result.rows = decoded(answer, controls?.decoders, controls?.decodeStrategy === 'string');
  return result;
}

function objectsOf(query, answer, controls) {
  const result = new QueryObjectResult(query, answer);
  const isCamel = query.camelCase ?? query.camelcase ?? false;
  const names = query.fields ?? answer.names.map((name) => (isCamel ? camel(name) : name));
  if (query.fields !== undefined && query.fields.length !== answer.names.length) {
    throw new RangeError("The fields provided for the query don't match the ones returned as a result "
      + `(${answer.names.length} expected, ${query.fields.length} received)`);
  }
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  if (twice.length > 0) {
    const list = [...new Set(twice)].map((name) => `"${name}"`).join(', ');
    throw new Error(`Field names ${list} are duplicated in the result of the query`);
  }
  result.columns = names;
  result.rows = decoded(answer, controls?.decoders, controls?.decodeStrategy === 'string').map((values) => {
    const row = {};
    names.forEach((name, at) => Object.defineProperty(row, name, { value: values[at], writable: true, enumerable: true, configurable: true }));
    return row;
  });
  return result;
}

export class QueryClient {
  #session = new Session('deno-postgres', failed);
  #transaction = null;
  #controls;

  constructor(options = undefined) {
    this.connected = false;
    this.#controls = typeof options === 'object' ? options?.controls : undefined;
  }

  get session() {
    return { current_transaction: this.#transaction, pid: undefined, tls: false, transport: 'tcp' };
  }

  async connect() {
    this.connected = true;
  }

  async end() {
    this.connected = false;
    this.#transaction = null;
    await this.#session.close();
  }

  async #run(first, rest, owner) {
    if (this.#transaction !== null && this.#transaction !== owner?.name) {
      throw new Error(`This connection is currently locked by the "${this.#transaction}" transaction`);
    }
    const query = queryOf(first, rest);
    const values = query.encoded ? query.values : query.values.map(encode);
    try {
      return [query, await this.#session.run(query.text, values)];
    } catch (error) {
      if (error instanceof PostgresError) error.query = query;
      throw error;
    }
  }

  async queryArray(first, ...rest) {
    const [query, answer] = await this.#run(first, rest, undefined);
    return arraysOf(query, answer, this.#controls);
  }

  async queryObject(first, ...rest) {
    const [query, answer] = await this.#run(first, rest, undefined);
    return objectsOf(query, answer, this.#controls);
  }

  /** @param {string} name @param {any} [options] */
  createTransaction(name, options = undefined) {
    if (!name) throw new Error('Transaction name must be a non-empty string');
    return new Transaction(name, options, {
      begin: async (modes) => {
        if (this.#transaction !== null) {
          throw new Error(`This client already has an ongoing transaction "${this.#transaction}"`);
        }
        this.#transaction = name;
        try {
          await this.#session.run(`BEGIN ${modes}`, []);
        } catch (error) {
          this.#transaction = null;
          throw error;
        }
      },
      run: (first, rest, owner) => this.#run(first, rest, owner),
      statement: (sql) => this.#session.run(sql, []),
      end: async (sql) => {
        this.#transaction = null;
        return this.#session.run(sql, []);
      },
      controls: this.#controls,
    });
  }
}

export class Client extends QueryClient {}

class Savepoint {
  instances = 0;
  constructor(name, transaction) {
    this.name = name;
    this.transaction = transaction;
  }
  async update() {
    await this.transaction.queryArray(`SAVEPOINT ${this.name}`);
    this.instances++;
  }
  async release() {
    if (this.instances === 0) throw new Error('This savepoint has no instances to release');
    await this.transaction.queryArray(`RELEASE ${this.name}`);
    this.instances--;
  }
}

const ISOLATION = { read_committed: 'READ COMMITTED', repeatable_read: 'REPEATABLE READ', serializable: 'SERIALIZABLE' };

export class Transaction {
  #client;
  #modes;
  #begun = false;
  savepoints = [];

  constructor(name, options, client) {
    this.name = name;
    this.#client = client;
    this.isolation_level = options?.isolation_level ?? 'read_committed';
    this.#modes = `ISOLATION LEVEL ${ISOLATION[this.isolation_level] ?? ISOLATION.read_committed}${options?.read_only ? ', READ ONLY' : ''}`;
  }

  #assertBegun() {
    if (!this.#begun) throw new Error('This transaction has not been started yet, make sure to use the "begin" method to do so');
  }

  async begin() {
    if (this.#begun) throw new Error('This transaction is already open');
    await this.#client.begin(this.#modes);
    this.#begun = true;
  }

  async #query(first, rest) {
    this.#assertBegun();
    try {
      return await this.#client.run(first, rest, this);
    } catch (error) {
      if (!(error instanceof PostgresError)) throw error;
      this.#begun = false;
      await this.#client.end('ROLLBACK');
      throw new TransactionError(this.name, error);
    }
  }

  async queryArray(first, ...rest) {
    const [query, answer] = await this.#query(first, rest);
    return arraysOf(query, answer, this.#client.controls);
  }

  async queryObject(first, ...rest) {
    const [query, answer] = await this.#query(first, rest);
    return objectsOf(query, answer, this.#client.controls);
  }

  async commit(options = undefined) {
    this.#assertBegun();
    this.#begun = false;
    await this.#client.end('COMMIT');
    if (options?.chain) await this.begin();
  }

  async rollback(target = undefined) {
    this.#assertBegun();
    const name = typeof target === 'string' || target instanceof Savepoint ? target : target?.savepoint;
    if (name !== undefined) {
      const point = typeof name === 'string' ? name : name.name;
      if (!this.savepoints.some((each) => each.name === point && each.instances > 0)) {
        throw new Error(`There is no "${point}" savepoint registered in this transaction`);
      }
      await this.#client.statement(`ROLLBACK TO ${point}`);
      return;
    }
    this.#begun = false;
    await this.#client.end('ROLLBACK');
    if (target?.chain) await this.begin();
  }

  async savepoint(name) {
    this.#assertBegun();
    if (!/^[a-zA-Z_]\w{0,62}$/.test(name)) throw new Error(`The savepoint name "${name}" is not valid: use letters, digits and _, 63 at most`);
    let savepoint = this.savepoints.find((each) => each.name === name.toLowerCase());
    if (savepoint === undefined) {
      savepoint = new Savepoint(name.toLowerCase(), this);
      this.savepoints.push(savepoint);
    }
    await savepoint.update();
    return savepoint;
  }
}

export class PoolClient extends QueryClient {
  #release;

  constructor(options, release) {
    super(options);
    this.#release = release;
  }

  release() {
    this.#release(this);
  }

  [Symbol.dispose]() {
    this.release();
  }
}

export class Pool {
  #options;
  #out = new Set();
  #waiting = [];
  #ended = false;

  constructor(options, size = 10, lazy = false) {
    this.#options = options;
    this.size = size;
    this.lazy = lazy;
  }

  get available() {
    return this.size - this.#out.size;
  }

  async connect() {
    if (this.#ended) this.#ended = false;
    while (this.#out.size >= this.size) {
      await new Promise((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    const client = new PoolClient(this.#options, async (released) => {
      if (!this.#out.delete(released)) return;
      await released.end();
      this.#waiting.shift()?.();
    });
    this.#out.add(client);
    await client.connect();
    return client;
  }

  async initialized() {
    return this.size - this.#out.size;
  }

  async end() {
    if (this.#ended) throw new Error('Pool connections have already been terminated');
    this.#ended = true;
  }
}

export const Oid = {
  bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, text: 25, json: 114, float4: 700, float8: 701, varchar: 1043, date: 1082, time: 1083,
  timestamp: 1114, timestamptz: 1184, numeric: 1700, uuid: 2950, jsonb: 3802,
};
export const OidTypes = Object.fromEntries(Object.entries(Oid).map(([name, oid]) => [oid, name]));
