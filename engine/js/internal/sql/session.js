/**
 * The host's database as the drivers of Node and Deno see it: a session that runs statements one after the other, as the
 * caller. What begins and ends a transaction is the host's affair, so these statements are understood here.
 */
import { dbBegin, dbEnd, requireCall } from 'native';
import { dbQueryText, dbQueryTextWithin } from 'native:node';
import { PostgresError } from './error.js';

const CALLER = 0;

/**
 * @typedef {object} Answer
 * @property {(string | null)[][]} rows
 * @property {string[]} names
 * @property {number[]} types
 * @property {string} command words of the command tag, without numbers
 * @property {number | null} count how many rows the tag says
 */

/** Comments and blanks before a statement. */
const LEADING = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)+/;
const BEGIN = /^(?:BEGIN(?:\s+(?:WORK|TRANSACTION))?|START\s+TRANSACTION)\b\s*([^;]*?)\s*;?\s*$/i;
const COMMIT = /^(?:COMMIT|END)(?:\s+(?:WORK|TRANSACTION))?\s*;?\s*$/i;
const ROLLBACK = /^(?:ROLLBACK|ABORT)(?:\s+(?:WORK|TRANSACTION))?\s*;?\s*$/i;
/** Modes that `BEGIN` may name. */
const MODES = /^[a-z\s,]*$/i;

/** @param {string} command */
const empty = (command) => ({ rows: [], names: [], types: [], command, count: null });

function answer([cells, names, types, tag]) {
  const rows = [];
  const width = names.length;
  for (let at = 0; at + width <= cells.length && width > 0; at += width) rows.push(cells.slice(at, at + width));
  const words = tag.split(' ');
  const last = words[words.length - 1];
  return {
    rows,
    names,
    types,
    command: words.filter((word) => !/^\d+$/.test(word)).join(' '),
    count: /^\d+$/.test(last) ? Number(last) : null,
  };
}

export class Session {
  /** Handle of the open transaction. @type {number | undefined} */
  #transaction;
  #failed;
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /**
   * @param {string} what names the driver in errors
   * @param {(error: string | Record<string, string>) => Error} failed makes its error of what the host or the server says
   */
  constructor(what, failed) {
    this.what = what;
    this.#failed = failed;
  }

  get inTransaction() {
    return this.#transaction !== undefined;
  }

  /** The outcome of a promise of the host, or the driver's error. */
  async #outcome(promise) {
    try {
      return await promise;
    } catch (error) {
      throw this.#failed(error instanceof PostgresError ? error.fields : error.message);
    }
  }

  /**
   * Runs a statement after those before it.
   *
   * @param {string} sql
   * @param {(string | null)[]} values
   * @returns {Promise<Answer>}
   */
  run(sql, values) {
    requireCall(this.what);
    const run = this.#last.then(() => this.#run(sql, values));
    this.#last = run.catch(() => {});
    return run;
  }

  async #run(sql, values) {
    const statement = sql.replace(LEADING, '');
    const begin = BEGIN.exec(statement);
    if (begin !== null && MODES.test(begin[1])) return this.#begin(begin[1]);
    if (COMMIT.test(statement)) return this.#end(true);
    if (ROLLBACK.test(statement)) return this.#end(false);
    const result = this.#transaction === undefined
      ? dbQueryText(CALLER, '', sql, values)
      : dbQueryTextWithin(this.#transaction, sql, values);
    return answer(await this.#outcome(result));
  }

  async #begin(modes) {
    // As the server, which warns and goes on.
    if (this.#transaction !== undefined) return empty('BEGIN');
    this.#transaction = await this.#outcome(dbBegin(CALLER, ''));
    if (modes !== '') {
      try {
        await this.#outcome(dbQueryTextWithin(this.#transaction, `SET TRANSACTION ${modes}`, []));
      } catch (error) {
        await this.#end(false);
        throw error;
      }
    }
    return empty('BEGIN');
  }

  async #end(commit) {
    const transaction = this.#transaction;
    if (transaction === undefined) return empty(commit ? 'COMMIT' : 'ROLLBACK');
    this.#transaction = undefined;
    const kept = await this.#outcome(dbEnd(transaction, commit));
    return empty(commit && kept ? 'COMMIT' : 'ROLLBACK');
  }

  /** Gives up what is open, after what runs and before what comes. */
  close() {
    const close = this.#last.then(() => (this.#transaction === undefined ? undefined : this.#end(false)));
    this.#last = close.catch(() => {});
    return this.#last;
  }
}
