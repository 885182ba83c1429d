/**
 * `ctx.db`: SQL as the caller, as a user, as nobody and as the app itself (Butterbase §5.4); and `ctx.idempotency`. Made
 * when a function first reads them.
 */
import { claimKey, dbBegin, dbEnd, dbQuery, dbQueryWithin, log, requireCall } from 'native';
import '../internal/sql/error.js';

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

/** `$name` placeholders as `$1`, `$2`, …, and their values in `list`. */
function positional(sql, object, list) {
  const given = new Map();
  for (const [name, value] of Object.entries(object)) {
    const key = name.toLowerCase();
    if (given.has(key)) throw new Error(`The parameter "${key}" of a query is given twice: upper and lower case are the same here`);
    given.set(key, value);
  }
  const numbers = new Map();
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
      list.push(encode(given.get(key)));
      numbers.set(key, list.length);
    }
    text += `${sql.slice(from, match.index)}$${numbers.get(key)}`;
    from = match.index + token.length;
  }
  return text + sql.slice(from);
}

/** The values beside the text that `statement` has returned last. @type {(string | null)[]} */
let values;

/** What is sent: the text, with its values in `values`. */
function statement(sql, parameters) {
  if (typeof sql !== 'string') throw new TypeError('ctx.db: the SQL of a query must be a string');
  // Set at the end: a parameter that is asked for its JSON may make a query itself.
  const list = [];
  let text = sql;
  if (Array.isArray(parameters)) {
    for (let at = 0; at < parameters.length; at++) list[at] = encode(parameters[at]);
  } else if (parameters !== null && parameters !== undefined) {
    if (typeof parameters !== 'object') throw new TypeError('ctx.db: the parameters of a query must be an array or an object');
    text = positional(sql, parameters, list);
  }
  values = list;
  return text;
}

// ---- the surface ------------------------------------------------------------------------------------------------

const CALLER = 0;
const USER = 1;
const ANON = 2;
const SERVICE = 3;

async function rejected(error) {
  throw error;
}

/** Not async: the promise of the Rust half has the result itself. */
function query(sql, parameters = undefined) {
  try {
    const text = statement(sql, parameters);
    return dbQuery(CALLER, '', text, values);
  } catch (error) {
    return rejected(error);
  }
}

/** Runs the callback in one transaction, which is kept when the callback returns and undone when it throws. */
async function within(what, role, user, callback) {
  requireCall(`ctx.db.${what}`);
  if (typeof callback !== 'function') throw new TypeError(`ctx.db.${what}: the callback must be a function`);
  const transaction = await dbBegin(role, user);
  let over = false;
  const db = {
    query(sql, parameters = undefined) {
      try {
        if (over) throw new Error(`ctx.db.${what}: the transaction is over; await every query before the callback returns`);
        const text = statement(sql, parameters);
        return dbQueryWithin(transaction, text, values);
      } catch (error) {
        return rejected(error);
      }
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
  if (!(await dbEnd(transaction, true))) {
    log(3, `ctx.db.${what}: the transaction was rolled back, for a statement in it had failed`);
  }
  return value;
}

/** `ctx.db`. */
export const database = {
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

const MAX_KEY = 255;
const MAX_TTL = 100 * 365 * 24 * 3600;

function named(what, text) {
  if (typeof text !== 'string' || text === '' || [...text].length > MAX_KEY) {
    throw new Error(`ctx.idempotency.claim(key): ${what} must be a string of 1 to ${MAX_KEY} characters`);
  }
}

/** `ctx.idempotency` (Butterbase §5.8). */
export const idempotency = {
  async claim(key, options = undefined) {
    requireCall('ctx.idempotency.claim');
    const scope = options?.scope ?? 'default';
    const ttl = options?.ttlSeconds ?? undefined;
    named('the key', key);
    named('the scope', scope);
    if (ttl !== undefined && !(typeof ttl === 'number' && ttl >= 1 && ttl <= MAX_TTL)) {
      throw new Error(`ctx.idempotency.claim(key): ttlSeconds must be a number from 1 to ${MAX_TTL}`);
    }
    return claimKey(key, scope, ttl === undefined ? undefined : Math.floor(ttl));
  },
};
