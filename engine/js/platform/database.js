/**
 * `ctx.db`: SQL as the caller, as a user, as nobody and as the app itself (Butterbase §5.4); and `ctx.idempotency`. Made
 * when a function first reads them.
 */
import { claimKey, dbBegin, dbEnd, dbQuery, dbQueryWithin, log, requireCall } from 'native';

/** An error of the database server. `fields` has all that it said: `code` (SQLSTATE), `detail`, `hint`, `constraint`, … */
class PostgresError extends Error {
  /** @param {Record<string, string>} fields */
  constructor(fields) {
    super(fields.message);
    this.fields = fields;
  }
}
Object.defineProperty(PostgresError.prototype, 'name', { value: 'PostgresError', writable: true, configurable: true });

/** The value of an outcome; throws what it has instead. */
function unwrap([done, value]) {
  if (done) return value;
  if (typeof value === 'string') throw new Error(value);
  const fields = {};
  for (let at = 0; at < value.length; at += 2) fields[value[at]] = value[at + 1];
  throw new PostgresError(fields);
}

// ---- parameters -------------------------------------------------------------------------------------------------

function two(number) {
  return String(number).padStart(2, '0');
}

/** In UTC; years before 1 and beyond 9999 as PostgreSQL writes them. */
function dateText(date) {
  if (Number.isNaN(date.getTime())) throw new TypeError('A parameter of a query is an invalid Date');
  const year = date.getUTCFullYear();
  const day = `${String(year > 0 ? year : 1 - year).padStart(4, '0')}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day}T${time}.${String(date.getUTCMilliseconds()).padStart(3, '0')}+00:00${year > 0 ? '' : ' BC'}`;
}

function bytesText(bytes) {
  let text = '\\x';
  for (let at = 0; at < bytes.length; at++) text += (bytes[at] + 256).toString(16).slice(1);
  return text;
}

function arrayText(list) {
  const elements = Array.from(list, (element) => {
    if (element === null || element === undefined) return 'NULL';
    if (Array.isArray(element)) return arrayText(element);
    return `"${encode(element).replace(/[\\"]/g, '\\$&')}"`;
  });
  return `{${elements.join(',')}}`;
}

/** A parameter as text, or null. */
function encode(value) {
  switch (typeof value) {
    case 'string':
      return value;
    case 'undefined':
      return null;
    case 'object':
      if (value === null) return null;
      if (value instanceof Date) return dateText(value);
      if (value instanceof Uint8Array) return bytesText(value);
      if (Array.isArray(value)) return arrayText(value);
      return JSON.stringify(value) ?? null;
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      throw new TypeError(`A parameter of a query is a ${typeof value}`);
  }
}

/** Strings, quoted names, comments and dollar-quoted texts, which hold no placeholders; and placeholders with a name. */
const NAMED = /[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\/|\$(?:[A-Za-z_]\w*)?\$|\$([A-Za-z_]\w*)/g;

/** `$name` placeholders as `$1`, `$2`, …, and their values. */
function positional(sql, object) {
  const given = new Map();
  for (const [name, value] of Object.entries(object)) {
    const key = name.toLowerCase();
    if (given.has(key)) throw new Error(`The parameter "${key}" of a query is given twice: upper and lower case are the same here`);
    given.set(key, value);
  }
  const numbers = new Map();
  const values = [];
  let text = '';
  let from = 0;
  NAMED.lastIndex = 0;
  for (let match = NAMED.exec(sql); match !== null; match = NAMED.exec(sql)) {
    const [token, name] = match;
    if (name === undefined) {
      // A dollar-quoted text goes on to its tag.
      if (token[0] === '$') {
        const end = sql.indexOf(token, NAMED.lastIndex);
        NAMED.lastIndex = end < 0 ? sql.length : end + token.length;
      }
      continue;
    }
    const key = name.toLowerCase();
    if (!given.has(key)) throw new Error(`The query has a placeholder $${name}, and no parameter has this name`);
    if (!numbers.has(key)) {
      values.push(encode(given.get(key)));
      numbers.set(key, values.length);
    }
    text += `${sql.slice(from, match.index)}$${numbers.get(key)}`;
    from = match.index + token.length;
  }
  return [text + sql.slice(from), values];
}

/** What is sent: text and values. */
function statement(sql, parameters) {
  if (typeof sql !== 'string') throw new TypeError('ctx.db: the SQL of a query must be a string');
  if (parameters === null || parameters === undefined) return [sql, []];
  if (Array.isArray(parameters)) return [sql, Array.from(parameters, encode)];
  if (typeof parameters === 'object') return positional(sql, parameters);
  throw new TypeError('ctx.db: the parameters of a query must be an array or an object');
}

// ---- results ----------------------------------------------------------------------------------------------------

function result([rows, names, types, tag]) {
  if (new Set(names).size < names.length) {
    const twice = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
    const list = twice.map((name) => JSON.stringify(name)).join(', ');
    throw new Error(`Field names ${list} are duplicated in the result of the query: name the columns apart with AS`);
  }
  const words = tag.split(' ');
  const last = words[words.length - 1];
  const counted = /^\d+$/.test(last);
  return {
    rows,
    rowCount: counted ? Number(last) : null,
    command: words.filter((word) => !/^\d+$/.test(word)).join(' '),
    fields: names.map((name, at) => ({ name, dataTypeID: types[at] })),
  };
}

// ---- the surface ------------------------------------------------------------------------------------------------

const CALLER = 0;
const USER = 1;
const ANON = 2;
const SERVICE = 3;

async function query(sql, parameters = undefined) {
  requireCall('ctx.db.query');
  const [text, values] = statement(sql, parameters);
  return result(unwrap(await dbQuery(CALLER, '', text, values)));
}

/** Runs the callback in one transaction, which is kept when the callback returns and undone when it throws. */
async function within(what, role, user, callback) {
  requireCall(`ctx.db.${what}`);
  if (typeof callback !== 'function') throw new TypeError(`ctx.db.${what}: the callback must be a function`);
  const transaction = unwrap(await dbBegin(role, user));
  let over = false;
  const db = {
    async query(sql, parameters = undefined) {
      if (over) throw new Error(`ctx.db.${what}: the transaction is over; await every query before the callback returns`);
      const [text, values] = statement(sql, parameters);
      return result(unwrap(await dbQueryWithin(transaction, text, values)));
    },
  };
  let value;
  try {
    value = await callback(db);
  } catch (error) {
    over = true;
    // The callback's own error counts, whatever becomes of the rollback: nothing is kept either way.
    await dbEnd(transaction, false).catch(() => {});
    throw error;
  }
  over = true;
  if (!unwrap(await dbEnd(transaction, true))) {
    log(3, `ctx.db.${what}: the transaction was rolled back, for a statement in it had failed`);
  }
  return value;
}

/** @returns {object} `ctx.db` */
export function database() {
  return {
    query,
    async asUser(userId, callback) {
      return within('asUser', USER, String(userId), callback);
    },
    async asAnon(callback) {
      return within('asAnon', ANON, '', callback);
    },
    async asService(callback) {
      return within('asService', SERVICE, '', callback);
    },
    async transaction(callback) {
      return within('transaction', CALLER, '', callback);
    },
  };
}

const MAX_KEY = 255;
const MAX_TTL = 100 * 365 * 24 * 3600;

/** @returns {object} `ctx.idempotency` (Butterbase §5.8) */
export function idempotency() {
  const named = (what, text) => {
    if (typeof text !== 'string' || text === '' || [...text].length > MAX_KEY) {
      throw new Error(`ctx.idempotency.claim(key): ${what} must be a string of 1 to ${MAX_KEY} characters`);
    }
  };
  return {
    async claim(key, options = undefined) {
      requireCall('ctx.idempotency.claim');
      const scope = options?.scope ?? 'default';
      const ttl = options?.ttlSeconds ?? undefined;
      named('the key', key);
      named('the scope', scope);
      if (ttl !== undefined && !(typeof ttl === 'number' && ttl >= 1 && ttl <= MAX_TTL)) {
        throw new Error(`ctx.idempotency.claim(key): ttlSeconds must be a number from 1 to ${MAX_TTL}`);
      }
      return unwrap(await claimKey(key, scope, ttl === undefined ? undefined : Math.floor(ttl)));
    },
  };
}
