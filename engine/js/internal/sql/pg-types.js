/** `pg.types`: by the object id of a type, how its text is read. */
import { loadModule } from 'native';
import { parseArray, parseBytes, parseDate } from './values.js';

const builtins = {
  BOOL: 16, BYTEA: 17, CHAR: 18, INT8: 20, INT2: 21, INT4: 23, REGPROC: 24, TEXT: 25, OID: 26, TID: 27, XID: 28, CID: 29, JSON: 114,
  XML: 142, PG_NODE_TREE: 194, SMGR: 210, PATH: 602, POLYGON: 604, CIDR: 650, FLOAT4: 700, FLOAT8: 701, ABSTIME: 702, RELTIME: 703,
  TINTERVAL: 704, CIRCLE: 718, MACADDR8: 774, MONEY: 790, MACADDR: 829, INET: 869, ACLITEM: 1033, BPCHAR: 1042, VARCHAR: 1043,
  DATE: 1082, TIME: 1083, TIMESTAMP: 1114, TIMESTAMPTZ: 1184, INTERVAL: 1186, TIMETZ: 1266, BIT: 1560, VARBIT: 1562, NUMERIC: 1700,
  REFCURSOR: 1790, REGPROCEDURE: 2202, REGOPER: 2203, REGOPERATOR: 2204, REGCLASS: 2205, REGTYPE: 2206, UUID: 2950,
  TXID_SNAPSHOT: 2970, PG_LSN: 3220, PG_NDISTINCT: 3361, PG_DEPENDENCIES: 3402, TSVECTOR: 3614, TSQUERY: 3615, GTSVECTOR: 3642,
  REGCONFIG: 3734, REGDICTIONARY: 3769, JSONB: 3802, REGNAMESPACE: 4089, REGROLE: 4096,
};

const text = (value) => value;
const parseBool = (value) => value === 't' || value === 'true' || value === 'TRUE' || value === 'y' || value === 'yes' || value === 'on' || value === '1';
const integer = (value) => parseInt(value, 10);

let bufferModule;

/** A `Buffer`, whatever else the function uses of Node. */
function buffer(value) {
  const { Buffer } = (bufferModule ??= loadModule('internal/node/buffer.js'));
  const bytes = parseBytes(value);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function point(value) {
  const match = /^\(([^,]*),([^)]*)\)$/.exec(value);
  return match === null ? null : { x: parseFloat(match[1]), y: parseFloat(match[2]) };
}

function circle(value) {
  const match = /^<\(([^,]*),([^)]*)\),([^>]*)>$/.exec(value);
  return match === null ? null : { x: parseFloat(match[1]), y: parseFloat(match[2]), radius: parseFloat(match[3]) };
}

const UNITS = ['years', 'months', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'];

class PostgresInterval {
  constructor(value) {
    const match = /(?:([+-]?\d+) years? ?)?(?:([+-]?\d+) mons? ?)?(?:([+-]?\d+) days? ?)?(?:([+-])?(\d+):(\d+):(\d+)(\.\d{1,6})?)?/.exec(value);
    const [, years, months, days, sign, hours, minutes, seconds, fraction] = match ?? [];
    const signed = (number) => (sign === '-' ? -number : number);
    const parts = {
      years, months, days, hours: signed(Number(hours ?? 0)), minutes: signed(Number(minutes ?? 0)), seconds: signed(Number(seconds ?? 0)),
      milliseconds: signed(Math.round(Number(fraction ?? 0) * 1e6) / 1e3),
    };
    for (const unit of UNITS) if (Number(parts[unit] ?? 0) !== 0) this[unit] = Number(parts[unit]);
  }

  toPostgres() {
    const parts = UNITS.slice(0, 5).filter((unit) => this[unit]).map((unit) => `${this[unit]} ${unit}`);
    const seconds = (this.seconds ?? 0) + (this.milliseconds ?? 0) / 1000;
    if (seconds !== 0) parts.push(`${seconds} seconds`);
    return parts.length === 0 ? '0' : parts.join(' ');
  }

  toISOString() {
    const seconds = (this.seconds ?? 0) + (this.milliseconds ?? 0) / 1000;
    const date = [['years', 'Y'], ['months', 'M'], ['days', 'D']].map(([unit, letter]) => `${this[unit] ?? 0}${letter}`).join('');
    return `P${date}T${this.hours ?? 0}H${this.minutes ?? 0}M${seconds}S`;
  }

  toISO() {
    return this.toISOString();
  }
}

const interval = (value) => new PostgresInterval(value);

/** @type {Map<number, (text: string) => unknown>} */
const parsers = new Map([
  [16, parseBool], [17, buffer], [21, integer], [23, integer], [26, integer], [114, JSON.parse], [600, point], [700, parseFloat],
  [701, parseFloat], [718, circle], [1082, parseDate], [1114, parseDate], [1184, parseDate], [1186, interval], [3802, JSON.parse],
]);
const arrayOf = (parse) => (value) => parseArray(value, parse);
for (const [types, parse] of [
  [[1000], parseBool], [[1001], buffer], [[1005, 1007, 1028], integer], [[1016], text], [[1021, 1022], parseFloat], [[1017], point],
  [[1115, 1182, 1185], parseDate], [[1187], interval], [[199, 3807], JSON.parse],
  [[1002, 1003, 1008, 1009, 1014, 1015, 1040, 1041, 1183, 1231, 1270, 2951, 651], text],
]) {
  for (const type of types) parsers.set(type, arrayOf(parse));
}

/** The type map that the drivers begin with; parsers that are set hold for all of them. */
export const types = {
  builtins,
  arrayParser: { create: (value, parse = text) => ({ parse: () => parseArray(value, parse) }) },
  getTypeParser: (oid) => parsers.get(Number(oid)) ?? text,
  setTypeParser(oid, format, parse = undefined) {
    const parser = typeof format === 'function' ? format : parse;
    if (typeof parser !== 'function') throw new TypeError('pg.types.setTypeParser: the parser must be a function');
    if (format !== 'binary') parsers.set(Number(oid), parser);
  },
};

/** Types that a client has of its own, over those of all. */
export class TypeOverrides {
  #own = new Map();
  #others;

  constructor(others = undefined) {
    this.#others = others ?? types;
  }

  setTypeParser(oid, format, parse = undefined) {
    this.#own.set(Number(oid), typeof format === 'function' ? format : parse);
  }

  getTypeParser(oid, format = 'text') {
    return this.#own.get(Number(oid)) ?? this.#others.getTypeParser(oid, format);
  }
}
