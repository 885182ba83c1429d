/**
 * ramekin:pg: the package `pg` over the host's database. Statements run as the caller of the function; addresses, names and
 * passwords are not needed and not looked at. Nothing is connected before a query runs.
 */
import { boundToContext } from '../internal/async-context.js';
import { requireBuiltin } from '../internal/node/require.js';
import { nextTick } from '../internal/node/ticks.js';
import { TypeOverrides, types } from '../internal/sql/pg-types.js';
import { Session } from '../internal/sql/session.js';
import { arrayText, bytesText, dateText, escapeIdentifier, escapeLiteral } from '../internal/sql/values.js';

const EventEmitter = requireBuiltin('events');

export const defaults = {
  host: 'localhost', user: undefined, database: undefined, password: null, connectionString: undefined, port: 5432, rows: 0, binary: false,
  max: 10, idleTimeoutMillis: 30000, client_encoding: '', ssl: false, application_name: undefined, parseInputDatesAsUTC: false,
  statement_timeout: false, query_timeout: false, connect_timeout: 0, keepalives: 1, parseInt8: false,
};
Object.defineProperty(defaults, 'parseInt8', {
  set(whole) {
    types.setTypeParser(20, whole ? (text) => parseInt(text, 10) : (text) => text);
  },
  configurable: true,
});

export class DatabaseError extends Error {
  constructor(message, length = 0, name = 'error') {
    super(message);
    this.length = length;
    this.name = name;
  }
}

/** @param {string | Record<string, string>} what */
function failed(what) {
  if (typeof what === 'string') return new Error(what);
  const { message, ...fields } = what;
  return Object.assign(new DatabaseError(message, message.length), fields);
}

/** A parameter as text, or null. */
export function prepareValue(value, seen = []) {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return typeof value === 'function' ? null : String(value);
  if (ArrayBuffer.isView(value)) return bytesText(value);
  if (value instanceof ArrayBuffer) return bytesText(new Uint8Array(value));
  if (value instanceof Date) return dateText(value);
  if (Array.isArray(value)) return arrayText(value, (item) => prepareValue(item, seen));
  if (typeof value.toPostgres === 'function') {
    if (seen.includes(value)) throw new Error(`circular reference detected while preparing "${value}" for query`);
    return prepareValue(value.toPostgres(prepareValue), [...seen, value]);
  }
  return JSON.stringify(value);
}

export class Result {
  constructor(rowMode = undefined, overrides = types) {
    this.command = null;
    this.rowCount = null;
    this.oid = null;
    this.rows = [];
    this.fields = [];
    this._types = overrides;
    this.RowCtor = null;
    this.rowAsArray = rowMode === 'array';
  }

  /** @param {import('../internal/sql/session.js').Answer} answer */
  static of(answer, rowMode, overrides) {
    const result = new Result(rowMode, overrides);
    result.command = answer.command.split(' ')[0];
    result.rowCount = answer.count;
    result.fields = answer.names.map((name, at) => ({
      name, tableID: 0, columnID: 0, dataTypeID: answer.types[at], dataTypeSize: -1, dataTypeModifier: -1, format: 'text',
    }));
    const parsers = answer.types.map((type) => overrides.getTypeParser(type, 'text'));
    result.rows = answer.rows.map((cells) => {
      const values = cells.map((cell, at) => (cell === null ? null : parsers[at](cell)));
      if (result.rowAsArray) return values;
      const row = {};
      answer.names.forEach((name, at) => {
        Object.defineProperty(row, name, { value: values[at], writable: true, enumerable: true, configurable: true });
      });
      return row;
    });
    return result;
  }
}

/** What `query` was called with. */
function queryOf(config, values, callback) {
  const query = typeof config === 'string' ? { text: config } : { ...config };
  if (typeof config === 'object' && config !== null && typeof config.submit === 'function' && !(config instanceof Query)) {
    throw new Error('ramekin:pg takes no queries that talk to the server themselves, such as cursors and streams');
  }
  if (typeof values === 'function') query.callback = values;
  else if (values !== undefined && values !== null) query.values = values;
  if (typeof callback === 'function') query.callback = callback;
  if (query.values !== undefined && query.values !== null && !Array.isArray(query.values)) {
    throw new Error('Query values must be an array');
  }
  if (typeof query.text !== 'string') throw new TypeError('A query must have either text or a name. Supplying neither is unsupported.');
  return query;
}

/** Gives what a promise gives to a callback as well, when there is one. */
function toCallback(promise, callback) {
  if (typeof callback !== 'function') return promise;
  const bound = boundToContext(callback);
  promise.then((value) => nextTick(bound, [null, value]), (error) => nextTick(bound, [error, undefined]));
  return undefined;
}

export class Query {
  constructor(config, values = undefined, callback = undefined) {
    Object.assign(this, queryOf(config, values, callback));
  }
}

export class Client extends EventEmitter {
  #session = new Session('pg', failed);
  #connected = false;
  #ended = false;

  constructor(config = undefined) {
    super();
    const given = typeof config === 'string' ? {} : { ...config };
    this.user = given.user ?? 'caller';
    this.database = given.database ?? 'app';
    this.port = 5432;
    this.host = 'localhost';
    this.ssl = false;
    this.processID = null;
    this._types = new TypeOverrides(given.types);
    this.connectionParameters = { host: this.host, port: this.port, user: this.user, database: this.database };
  }

  connect(callback = undefined) {
    const connect = async () => {
      if (this.#connected) throw new Error('Client has already been connected. You cannot reuse a client.');
      this.#connected = true;
      return this;
    };
    const promise = connect();
    promise.then(() => this.emit('connect'), () => {});
    return toCallback(callback === undefined ? promise.then(() => undefined) : promise, callback);
  }

  query(config, values = undefined, callback = undefined) {
    if (config === null || config === undefined) throw new TypeError('Client was passed a null or undefined query');
    const query = queryOf(config, values, callback);
    return toCallback(this.#run(query), query.callback);
  }

  async #run(query) {
    if (this.#ended) throw new Error('Client was closed and is not queryable');
    const texts = (query.values ?? []).map((value) => prepareValue(value));
    const answer = await this.#session.run(query.text, texts);
    return Result.of(answer, query.rowMode, query.types ?? this._types);
  }

  end(callback = undefined) {
    const end = async () => {
      this.#ended = true;
      await this.#session.close();
      this.emit('end');
    };
    return toCallback(end(), callback);
  }

  /** Gives up a transaction that was left open. */
  _reset() {
    return this.#session.close();
  }

  escapeIdentifier(text) {
    return escapeIdentifier(text);
  }

  escapeLiteral(text) {
    return escapeLiteral(text);
  }

  setTypeParser(oid, format, parse = undefined) {
    this._types.setTypeParser(oid, format, parse);
  }

  getTypeParser(oid, format = undefined) {
    return this._types.getTypeParser(oid, format);
  }

  cancel() {}
  pauseDrain() {}
  resumeDrain() {}
  ref() {}
  unref() {}
  getTransactionStatus() {
    return this.#session.inTransaction ? 'T' : 'I';
  }
}

export class Pool extends EventEmitter {
  #idle = [];
  #out = new Set();
  /** @type {((client: Client) => void)[]} */
  #waiting = [];

  constructor(options = undefined) {
    super();
    this.options = { max: 10, min: 0, ...(typeof options === 'object' ? options : undefined) };
    this.ending = false;
    this.ended = false;
  }

  get totalCount() {
    return this.#idle.length + this.#out.size;
  }

  get idleCount() {
    return this.#idle.length;
  }

  get waitingCount() {
    return this.#waiting.length;
  }

  get expiredCount() {
    return 0;
  }

  async #take() {
    if (this.ending) throw new Error('Cannot use a pool after calling end on the pool');
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#out.size >= Math.max(1, this.options.max)) {
      return new Promise((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    const client = new (this.options.Client ?? Client)(this.options);
    this.#out.add(client);
    await client.connect();
    this.emit('connect', client);
    return client;
  }

  #release(client, destroy) {
    // What it has left open is no concern of the next.
    client._reset?.();
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next(client);
      return;
    }
    this.#out.delete(client);
    if (!destroy && !this.ending) this.#idle.push(client);
    else this.emit('remove', client);
  }

  connect(callback = undefined) {
    const take = async () => {
      const client = await this.#take();
      this.#out.add(client);
      let released = false;
      client.release = (destroy = false) => {
        if (released) throw new Error('Release called on client which has already been released to the pool.');
        released = true;
        this.emit('release', destroy || undefined, client);
        this.#release(client, Boolean(destroy));
      };
      this.emit('acquire', client);
      return client;
    };
    const promise = take();
    if (typeof callback !== 'function') return promise;
    const bound = boundToContext(callback);
    promise.then((client) => nextTick(bound, [undefined, client, client.release]), (error) => nextTick(bound, [error, undefined, () => {}]));
    return undefined;
  }

  query(config, values = undefined, callback = undefined) {
    if (typeof config === 'function') {
      return toCallback(Promise.reject(new Error('Passing a function as the first parameter to pool.query is not supported')), config);
    }
    const done = typeof values === 'function' ? values : callback;
    const run = async () => {
      const client = await this.connect();
      try {
        return await client.query(config, typeof values === 'function' ? undefined : values);
      } finally {
        client.release();
      }
    };
    return toCallback(run(), done);
  }

  end(callback = undefined) {
    const end = async () => {
      if (this.ending) throw new Error('Called end on pool more than once');
      this.ending = true;
      for (const client of this.#idle.splice(0)) {
        await client.end();
        this.emit('remove', client);
      }
      this.ended = true;
    };
    return toCallback(end(), callback);
  }
}

export class Connection extends EventEmitter {
  constructor() {
    super();
    throw new Error('pg.Connection is not available in Ramekin: the host holds the connections; use Client or Pool');
  }
}

const native = null;
export { escapeIdentifier, escapeLiteral, native, TypeOverrides, types };

const pg = {
  Client, Connection, DatabaseError, Pool, Query, Result, TypeOverrides, defaults, escapeIdentifier, escapeLiteral, native, types,
  utils: { escapeIdentifier, escapeLiteral, prepareValue },
};
pg.default = pg;
export default pg;
