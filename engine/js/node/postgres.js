/**
 * ramekin:postgres: the package `postgres` over the host's database. Its queries, its helpers and its types are its own; what
 * connects is not, for there is nothing to connect to: statements run as the caller of the function.
 */
import { Session } from '../internal/sql/session.js';
import { parseArray } from '../internal/sql/values.js';
import { Errors, PostgresError } from '../vendor/postgres/errors.js';
import { Query } from '../vendor/postgres/query.js';
import Result from '../vendor/postgres/result.js';
import {
  arraySerializer, Builder, camel, fromCamel, fromKebab, fromPascal, Identifier, inferType, kebab, mergeUserTypes, Parameter, pascal,
  serializers, stringify, toCamel, toKebab, toPascal, types as defaultTypes,
} from '../vendor/postgres/types.js';

const JSON_TYPES = [114, 3802];

/** Types of arrays by the type of their elements. */
const ARRAYS = new Map([
  [1000, 16], [1001, 17], [1005, 21], [1007, 23], [1016, 20], [1009, 25], [1015, 1043], [1014, 1042], [1021, 700], [1022, 701], [1231, 1700],
  [1115, 1114], [1182, 1082], [1185, 1184], [199, 114], [3807, 3802], [2951, 2950], [1028, 26],
]);

/** @param {string | Record<string, string>} what */
function failed(what) {
  if (typeof what === 'string') return Errors.generic('CONNECTION_CLOSED', what);
  const { message, severity, dataType, schema, table, column, constraint, ...rest } = what;
  const fields = {
    ...rest, message, severity_local: severity, severity, type_name: dataType, schema_name: schema, table_name: table, column_name: column,
    constraint_name: constraint,
  };
  for (const name of Object.keys(fields)) if (fields[name] === undefined) delete fields[name];
  return new PostgresError(fields);
}

function transformOf(given = {}) {
  const part = (name) => ({
    from: typeof given[name] === 'function' ? given[name] : given[name]?.from,
    to: given[name]?.to,
  });
  return { undefined: given.undefined, column: part('column'), value: part('value'), row: part('row') };
}

/** A parameter as text, or null. */
function serialize(options, value, type) {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value) && !JSON_TYPES.includes(type)) {
    return arraySerializer(value, (item) => serialize(options, item, inferType(item)), options, type);
  }
  if (type && options.serializers[type]) return options.serializers[type](value);
  const inferred = inferType(value);
  if (inferred && options.serializers[inferred]) return options.serializers[inferred](value);
  return typeof value === 'object' ? JSON.stringify(value) : `${value}`;
}

function parserOf(options, type) {
  const parser = options.parsers[type];
  if (parser !== undefined) return parser;
  const element = ARRAYS.get(type);
  if (element === undefined) return undefined;
  const parse = options.parsers[element] ?? ((text) => text);
  return (text) => parseArray(text, parse);
}

/** The rows of an answer, as a query asked for them. */
function resultOf(query, answer, options, statement) {
  const { transform } = options;
  const columns = answer.names.map((name, at) => ({
    name: transform.column.from ? transform.column.from(name) : name, parser: parserOf(options, answer.types[at]), table: 0, number: 0,
    type: answer.types[at],
  }));
  const result = new Result();
  result.command = answer.command;
  result.count = answer.count ?? (answer.names.length > 0 ? answer.rows.length : null);
  result.state = { status: 'I', pid: 0, secret: 0 };
  result.columns = columns;
  result.statement = statement;
  for (const cells of answer.rows) {
    const value = (cell, column) => {
      if (query.isRaw === true) return cell === null ? null : Buffer.from(cell);
      const parsed = cell === null ? null : column.parser ? column.parser(cell) : cell;
      return transform.value.from ? transform.value.from(parsed, column) : parsed;
    };
    const values = cells.map((cell, at) => value(cell, columns[at]));
    if (query.isRaw) {
      result.push(values);
      continue;
    }
    const row = {};
    columns.forEach((column, at) => {
      Object.defineProperty(row, column.name, { value: values[at], writable: true, enumerable: true, configurable: true });
    });
    result.push(transform.row.from ? transform.row.from(row) : row);
  }
  return result;
}

async function execute(query, sessionOf, options) {
  try {
    const parameters = [];
    const types = [];
    const text = query.tagged ? stringify(query, query.strings[0], query.args[0], parameters, types, options) : query.strings[0];
    const given = query.tagged ? parameters : query.args;
    const values = given.map((value, at) => {
      const plain = value instanceof Parameter ? value.value : value;
      return serialize(options, plain, value instanceof Parameter ? value.type : types[at]);
    });
    query.active = true;
    options.debug?.(0, text, values, types);
    const statement = { name: '', string: text, types, columns: [] };
    query.statement = statement;
    if (query.cancelled) throw Errors.generic('57014', 'canceling statement due to user request');
    const answer = await sessionOf().run(text, values);
    const result = resultOf(query, answer, options, statement);
    statement.columns = result.columns;
    await deliver(query, result);
  } catch (error) {
    if (error instanceof PostgresError) {
      Object.defineProperties(error, {
        query: { value: query.statement?.string ?? query.strings[0], enumerable: Boolean(options.debug), configurable: true },
        parameters: { value: query.args, enumerable: Boolean(options.debug), configurable: true },
      });
    }
    query.reject(error);
  }
}

/** Gives the rows to whom a query wants to have them. */
async function deliver(query, result) {
  if (query.onlyDescribe) {
    query.resolve(result.statement);
    return;
  }
  if (query.forEachFn) {
    for (const row of result) query.forEachFn(row, result);
    result.length = 0;
  } else if (query.cursorFn) {
    const size = query.cursorRows ?? 1;
    for (let at = 0; at < result.length; at += size) {
      const part = new Result();
      part.push(...result.slice(at, at + size));
      part.count = part.length;
      part.columns = result.columns;
      const next = await query.cursorFn(part);
      if (next !== undefined && next === sqlClose) break;
    }
    result.length = 0;
  }
  query.resolve(result);
}

const sqlClose = {};

function missing(what, instead) {
  return () => {
    throw new Error(`sql.${what} is not available in Ramekin: ${instead}`);
  };
}

/** A `sql` whose queries run in the sessions that `sessionOf` gives. */
function makeSql(options, sessionOf) {
  const handler = (query) => execute(query, sessionOf, options);
  handler.debug = options.debug;
  const cancel = (query) => {
    query.cancelled = true;
  };

  function sql(strings, ...args) {
    if (strings && Array.isArray(strings.raw)) return new Query(strings, args, handler, cancel, { tagged: true });
    if (typeof strings === 'string' && args.length === 0) return new Identifier(options.transform.column.to ? options.transform.column.to(strings) : strings);
    return new Builder(strings, args);
  }

  const typed = (value, type) => new Parameter(value, type);
  const namedTypes = {};
  for (const [name, type] of Object.entries(options.types ?? {})) namedTypes[name] = (value) => typed(value, type.to);
  return Object.assign(sql, {
    PostgresError,
    CLOSE: sqlClose,
    END: sqlClose,
    options,
    parameters: {},
    types: Object.assign(typed, namedTypes),
    typed,
    unsafe: (text, values = [], given = {}) => new Query([text], values, handler, cancel, { prepare: false, ...given, simple: values.length === 0 }),
    json: (value) => new Parameter(value, 3802),
    array(value, type = undefined) {
      if (!Array.isArray(value)) return sql.array(Array.from(arguments));
      return new Parameter(value, type ?? (value.length > 0 ? inferType(value) || 25 : 0), {});
    },
    file: missing('file', 'a function has no file system; put the statement into the code'),
    listen: missing('listen', 'a function does not outlive its call'),
    subscribe: missing('subscribe', 'a function does not outlive its call'),
    largeObject: missing('largeObject', 'use a column of type bytea'),
    notify: async (channel, payload) => sql`select pg_notify(${channel}, ${`${payload}`})`,
  });
}

/** Runs a callback in a transaction, or in a savepoint of one. */
async function inTransaction(session, options, callback, modes) {
  await session.run(`BEGIN ${modes.replace(/[^a-z ,]/gi, '')}`, []);
  let savepoints = 0;
  const scope = (name) => {
    const sql = makeSql(options, () => session);
    sql.savepoint = async (first, second = undefined) => {
      const [label, body] = typeof first === 'function' ? ['', first] : [first, second];
      const point = `s${savepoints++}${label ? `_${`${label}`.replace(/\W/g, '_')}` : ''}`;
      await session.run(`SAVEPOINT ${point}`, []);
      try {
        return await settle(await body(scope(point)));
      } catch (error) {
        await session.run(`ROLLBACK TO ${point}`, []);
        throw error;
      }
    };
    sql.prepare = missing('prepare', 'transactions are not prepared here');
    return Object.defineProperty(sql, 'name', { value: name, configurable: true });
  };
  let value;
  try {
    value = await settle(await callback(scope(undefined)));
  } catch (error) {
    await session.run('ROLLBACK', []).catch(() => {});
    throw error;
  }
  const end = await session.run('COMMIT', []);
  if (end.command === 'ROLLBACK') throw Errors.generic('25P02', 'the transaction was rolled back, for a statement in it had failed');
  return value;
}

const settle = (value) => (Array.isArray(value) ? Promise.all(value) : value);

/**
 * @param {string | object} [first] an address, which is not looked at, or options
 * @param {object} [second] options
 */
function postgres(first = undefined, second = undefined) {
  const given = { ...(typeof first === 'object' && first !== null && !(first instanceof URL) ? first : undefined), ...second };
  const { parsers, serializers: own } = mergeUserTypes(given.types);
  const options = {
    host: ['localhost'], port: [5432], database: 'app', user: 'caller', max: given.max ?? 10, ...given,
    debug: typeof given.debug === 'function' ? given.debug : undefined,
    transform: transformOf(given.transform),
    parsers,
    serializers: { ...serializers, ...own },
    types: { ...defaultTypes, ...given.types },
  };
  let ended = false;
  const open = () => {
    if (ended) throw Errors.generic('CONNECTION_ENDED', 'sql.end() was called');
    return new Session('postgres', failed);
  };
  const sql = makeSql(options, open);
  const close = async () => {
    ended = true;
  };
  return Object.assign(sql, {
    async begin(modes, callback = undefined) {
      return typeof modes === 'function' ? inTransaction(open(), options, modes, '') : inTransaction(open(), options, callback, `${modes}`);
    },
    async reserve() {
      const session = open();
      const reserved = makeSql(options, () => session);
      return Object.assign(reserved, { release: () => session.close() });
    },
    end: close,
    close,
  });
}

Object.assign(postgres, {
  PostgresError, BigInt: { to: 20, from: [20], parse: (text) => BigInt(text), serialize: (value) => value.toString() }, toPascal, pascal,
  toCamel, camel, toKebab, kebab, fromPascal, fromCamel, fromKebab, postgres, default: postgres,
});

export { PostgresError, camel, fromCamel, fromKebab, fromPascal, kebab, pascal, postgres, toCamel, toKebab, toPascal };
export default postgres;
