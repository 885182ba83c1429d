/**
 * The Rust half of the engine, as the JavaScript half sees it: `import { … } from 'native'`.
 *
 * Nothing here is reachable for a function's own code. Field sections (headers) cross as one string
 * `name: value\r\n…` of Latin-1 characters, so that nothing is allocated per header that nobody reads.
 */

/** Body kinds that cross the boundary. 0: none · 1: string (sent as UTF-8) · 2: Uint8Array · 3: stream handle (number). */
export type BodyKind = 0 | 1 | 2 | 3;
export type BodyPayload = undefined | string | Uint8Array | number;

// ---- encoding (UTF-8 here, the others on the host) -------------------------------------------------------------------
export function utf8Encode(text: string): Uint8Array;
/** As `TextEncoder.encodeInto`: returns [read UTF-16 units, written bytes]. */
export function utf8EncodeInto(text: string, into: Uint8Array): [number, number];
/** Lossy unless `fatal`; throws TypeError when fatal and malformed. A BOM is dropped unless `keepBom`. */
export function utf8Decode(bytes: ArrayBuffer | ArrayBufferView, fatal: boolean, keepBom: boolean): string;
/** Canonical lower-case name for a label of the Encoding Standard, or undefined. */
export function encodingForLabel(label: string): string | undefined;
/** A streaming decoder; returns its handle. `name` is a canonical name. */
export function decoderOpen(name: string, fatal: boolean, keepBom: boolean): number;
/** Decodes a chunk; `last` flushes and frees the handle. Throws TypeError when fatal and malformed (and frees). */
export function decoderDecode(handle: number, bytes: ArrayBuffer | ArrayBufferView | undefined, last: boolean): string;

// ---- Intl (tables on the host) ---------------------------------------------------------------------------------------
/** The name of a time zone as its database writes it, whatever case it is given in; undefined if there is none. */
export function zoneName(name: string): string | undefined;
export function zoneNames(): string[];
/** What holds at an instant: [seconds east of Greenwich, whether that is summer time]. */
export function zoneOffset(zone: string, time: number): [number, boolean];
/**
 * Where each segment ends, in UTF-16 code units, negative when it is like a word; 0 graphemes · 1 words · 2 sentences. Of
 * text beyond 64 KiB in UTF-8 nothing is said.
 */
export function textBoundaries(text: string, granularity: 0 | 1 | 2): number[];

// ---- URL (the `url` crate) --------------------------------------------------------------------------------------
/**
 * Parsed and serialized: [href, protocol, username, password, host, hostname, port, pathname, search, hash, origin],
 * each as the URL Standard's getter of that name; undefined on failure.
 */
export type UrlParts = [string, string, string, string, string, string, string, string, string, string, string];
export function urlParse(input: string, base: string | undefined): UrlParts | undefined;
/** Applies the URL Standard's setter; `part` is 'href' | 'protocol' | … Returns the parts afterwards (unchanged when refused). */
export function urlSet(href: string, part: string, value: string): UrlParts | undefined;
/** application/x-www-form-urlencoded parsing: a flat list name, value, name, value, … */
export function formDecode(text: string): string[];
/** The serializer for the same flat list. */
export function formEncode(flat: string[]): string;

// ---- multipart --------------------------------------------------------------------------------------------------
/**
 * Splits a multipart/form-data body: a flat list [header section, bytes, header section, bytes, …]; undefined when
 * malformed. These header sections are decoded as UTF-8, for that is what names of fields and files are written in.
 */
export function multipartSplit(body: Uint8Array, boundary: string): (string | Uint8Array)[] | undefined;

// ---- entropy, clocks --------------------------------------------------------------------------------------------
/** Fills with cryptographically strong random bytes; a fresh seed per instance. */
export function randomFill(into: Uint8Array): void;
/** A version 4 UUID. */
export function randomUuid(): string;
/** Wall clock, milliseconds since 1970 with a fraction. */
export function wallNow(): number;
/** Monotonic clock, milliseconds with a fraction since the instance started. */
export function monotonicNow(): number;
/** Has the host call `hooks.timers()` not before `delayMs` from now. Cannot be cancelled; a call too many is harmless. */
export function armTimer(delayMs: number): void;

// ---- log, environment, context, background ----------------------------------------------------------------------
/** 0 debug · 1 log · 2 info · 3 warn · 4 error */
export function log(level: number, message: string): void;
export function envGet(name: string): string | undefined;
export function envEntries(): [string, string][];
/** JSON: { functionName, requestId, clientIp, country, user: {id}|null, caller: {…}, app: {…} }. Only in a call. */
export function contextJson(): string;
/** Tells the host that there is one more / one less registered piece of background work. */
export function backgroundBegin(): void;
export function backgroundEnd(): void;

// ---- bodies (streams of bytes, host side) -----------------------------------------------------------------------
/** The next bytes, or null at the end. Rejects with Error when the other side failed. One read at a time per handle. */
export function bodyRead(handle: number): Promise<Uint8Array | null>;
/** Gives the rest up. */
export function bodyCancel(handle: number): void;
/** A stream that this side writes: pass the handle as payload of kind 3 to `respond` or `fetchSend`. */
export function bodyOpen(): number;
/** Resolves when the bytes are taken: true, or false when the reader has gone. */
export function bodyWrite(handle: number, bytes: Uint8Array): Promise<boolean>;
export function bodyClose(handle: number): void;
/** Ends the stream with a failure: the other side sees a broken body, not a short one. */
export function bodyAbort(handle: number): void;

// ---- fetch ------------------------------------------------------------------------------------------------------
/** redirect: 0 follow · 1 error · 2 manual */
export function fetchSend(
  method: string, url: string, headers: string, kind: BodyKind, payload: BodyPayload, redirect: 0 | 1 | 2,
): { id: number; promise: Promise<FetchResult> };
/** [status, final url, redirected, headers, body kind (0, 2 or 3), payload] */
export type FetchResult = [number, string, boolean, string, BodyKind, BodyPayload];
/** Cancels the request: the host drops the connection; the promise never settles. */
export function fetchAbort(id: number): void;
/** Calls a function of the app; content null for none. */
export function invokeSend(name: string, method: string, headers: string, content: string | null): Promise<FetchResult>;

// ---- database ---------------------------------------------------------------------------------------------------
/** 0 the caller's · 1 the user named next · 2 anon · 3 service */
export type RoleKind = 0 | 1 | 2 | 3;
/** Rows by the names of their columns. */
export type DbResult = {
  rows: Record<string, unknown>[], rowCount: number | null, command: string, fields: { name: string, dataTypeID: number }[],
};
/** What makes an error of the fields of one of the server, by which the promises below are rejected then. */
export function dbErrors(make: (fields: Record<string, string>) => Error): void;
/** Only in a call, as `requireCall('ctx.db.query')`. */
export function dbQuery(role: RoleKind, user: string, sql: string, values: (string | null)[]): Promise<DbResult>;
/** Begins a transaction; the value is its handle. */
export function dbBegin(role: RoleKind, user: string): Promise<number>;
export function dbQueryWithin(transaction: number, sql: string, values: (string | null)[]): Promise<DbResult>;
/** [texts of the cells row by row, names of columns, object ids of their types, command tag] */
export type DbTexts = [(string | null)[], string[], number[], string];
/** As `dbQuery`, with the cells as the server writes them. */
export function dbQueryText(role: RoleKind, user: string, sql: string, values: (string | null)[]): Promise<DbTexts>;
export function dbQueryTextWithin(transaction: number, sql: string, values: (string | null)[]): Promise<DbTexts>;
/** Commits or rolls back; true when everything is kept. */
export function dbEnd(transaction: number, commit: boolean): Promise<boolean>;
export function claimKey(key: string, scope: string, ttlSeconds: number | undefined): Promise<boolean>;

// ---- the call ---------------------------------------------------------------------------------------------------
/** Gives the response; the first call wins. */
export function respond(status: number, headers: string, kind: BodyKind, payload: BodyPayload): void;
/** Ends the call with an exception. kind: 'exception' | 'no-handler' | 'bad-response' | 'exit' */
export function fail(kind: string, message: string | undefined, stack: string | undefined): void;

// ---- phase ------------------------------------------------------------------------------------------------------
/** True while a module is evaluated ahead of time (at deploy): nothing may leave the sandbox then. */
export function evaluating(): boolean;
/**
 * Called by what only works in a call (network, timers, randomness) before it acts. In a call it does nothing. While
 * evaluating it records `what` as the reason for start-up per request and throws an error that stops the evaluation.
 */
export function requireCall(what: string): void;

/** Promise state without side effects: 0 pending · 1 fulfilled · 2 rejected, and the value or reason. */
export function promiseState(promise: Promise<unknown>): [0 | 1 | 2, unknown];
/** What `console` needs and script cannot see: [target, handler] of a Proxy, undefined otherwise. */
export function proxyParts(value: object): [object, object] | undefined;
/**
 * The engine's number for the class of an object (JS_GetClassID): tells a Map from an object that looks like one. What
 * the numbers mean is found out by `web/kinds.js`; they hold for one build of the engine.
 */
export function classId(value: object): number;
/** Own keys that are no index, however many items there are. */
export function nonIndexKeys(value: object, onlyEnumerable: boolean, skipSymbols: boolean): (string | symbol)[];
/** Detaches `buffer` and returns its bytes in a new one, resizable if it was (structuredClone's transfer). */
export function transferBuffer(buffer: ArrayBuffer): ArrayBuffer;

// What follows is in `native:node`, except where it says otherwise: a module that is made when it is first imported, so that
// its functions do not stand in every image. So are `dbQueryText`, `dbQueryTextWithin` and `nonIndexKeys`.

// ---- bytes as text, as Node has it ----------------------------------------------------------------------------------
/** 0 ascii · 1 utf8 · 2 base64 · 3 utf16le · 4 latin1 · 5 hex · 7 base64url */
export type NodeEncoding = 0 | 1 | 2 | 3 | 4 | 5 | 7;
export function bufferDecode(bytes: Uint8Array, encoding: NodeEncoding, start: number, end: number): string;
/** What is not in the encoding ends the bytes (hex) or is passed over (base64). */
export function bufferEncode(text: string, encoding: NodeEncoding): Uint8Array;
/** Writes at most `length` bytes and only whole characters; how many bytes were written. */
export function bufferWrite(into: Uint8Array, text: string, encoding: NodeEncoding, offset: number, length: number): number;
export function bufferUtf8Length(text: string): number;
export function bufferCompare(a: Uint8Array, b: Uint8Array): -1 | 0 | 1;
/** -1 when it is not there. Only places that are a multiple of `step` count. */
export function bufferIndexOf(bytes: Uint8Array, needle: Uint8Array, from: number, forward: boolean, step: number): number;
export function bufferIsUtf8(bytes: ArrayBuffer | ArrayBufferView): boolean;
export function bufferIsAscii(bytes: ArrayBuffer | ArrayBufferView): boolean;
/** Reverses every group of `size` bytes. */
export function bufferSwap(bytes: Uint8Array, size: number): void;

/** Has `ticks` called before the next job, once. */
export function requestTicks(ticks: () => void): void;
/** Bytes of the linear memory. In `native`. */
export function memorySize(): number;

// ---- what follows a call across `await` -----------------------------------------------------------------------------
/** In `native`, as the next one. The current context; undefined for none, and always before `trackAsyncContext`. */
export function asyncContext(): unknown;
/** With `adopt`, what has begun in the running job goes on in it too. */
export function setAsyncContext(context: unknown, adopt: boolean): void;
/** This asynchronous generator goes on in the current context. */
export function ownAsyncGenerator(generator: AsyncGenerator): void;
/** Has contexts followed from here on. The arguments may be any promise and any bound function. */
export function trackAsyncContext(promise: Promise<unknown>, bound: Function): void;

/** Hooks that the Rust half calls. Set once by `js/main.js`: `setHooks({ … })`. */
export interface Hooks {
  /**
   * Handles one call: makes the `Request`, finds the handler of `userModule`, and ends in `respond` or `fail`.
   * `headers` is the field section; kind 0, 2 or 3; never throws.
   */
  dispatch(userModule: object, method: string, url: string, headers: string, kind: BodyKind, payload: BodyPayload): void;
  /** Runs the timers that are due, then arms the next. */
  timers(): void;
  /** A promise was rejected without a handler and the job queue has run dry. */
  unhandledRejection(reason: unknown, promise: Promise<unknown>): void;
  /** A promise that was reported so has got a handler after all. */
  rejectionHandled(reason: unknown, promise: Promise<unknown>): void;
  /** Right after the evaluation of a user module at deploy: returns whether it has a handler (export or Deno.serve). */
  hasHandler(userModule: object): boolean;
  /**
   * Right before a user module is parsed at deploy: loads what its source asks for. `words` are those of the second
   * argument of `setHooks` that stand in the source.
   */
  prepare(words: string[]): void;
  /** [name: message, stack] of a thrown value, for diagnostics and records. */
  describe(error: unknown): [string, string | undefined];
}
/** A word with a dot before it stands for a member. */
export function setHooks(hooks: Hooks, words: string[]): void;

/** The namespace of one of the engine's own modules, by its path below `js/`; evaluated now if it was not before. */
export function loadModule(path: string): any;
