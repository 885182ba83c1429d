//! Every limit in one place. Each has a test on it and one past it.

/// Longest function name, in characters.
pub const MAX_FUNCTION_NAME: usize = 100;
/// `timeoutMs` when a deploy names none.
pub const DEFAULT_TIMEOUT_MS: u32 = 30_000;
/// Largest `timeoutMs`; the smallest is 1.
pub const MAX_TIMEOUT_MS: u32 = 300_000;
/// `memoryLimitMb` when a deploy names none.
pub const DEFAULT_MEMORY_MB: u32 = 128;
/// Smallest `memoryLimitMb`.
pub const MIN_MEMORY_MB: u32 = 64;
/// Largest `memoryLimitMb`.
pub const MAX_MEMORY_MB: u32 = 1024;
/// How long work registered with `ctx.waitUntil` may go on after the response, in milliseconds (Butterbase §5.7).
pub const BACKGROUND_MS: u32 = 30_000;
/// Largest request body of a management route (a deploy carries its source), in bytes.
pub const MAX_MANAGEMENT_BODY: usize = 10 * 1024 * 1024;
/// Largest request body of a function call, in bytes.
pub const MAX_REQUEST_BODY: usize = 10 * 1024 * 1024;
/// Largest response body of a function call, in bytes.
pub const MAX_RESPONSE_BODY: usize = 100 * 1024 * 1024;
/// Largest answer that a tool of the Model Context Protocol hands over, in bytes; more is of no use to a model.
pub const MAX_TOOL_ANSWER: usize = 1024 * 1024;
/// Largest request target (path and query) of any request, in bytes.
pub const MAX_URL: usize = 16 * 1024;
/// Largest field section of a request or a response, in bytes.
pub const MAX_HEADER_BYTES: usize = 64 * 1024;
/// Most fields in one field section.
pub const MAX_HEADERS: usize = 256;
/// Console lines kept per invocation (Butterbase §5.10).
pub const MAX_CONSOLE_LINES: usize = 100;
/// Characters kept per console line (Butterbase §5.10).
pub const MAX_CONSOLE_LINE: usize = 10_000;
/// Longest kept error message or stack of an invocation, in characters.
pub const MAX_ERROR_TEXT: usize = 10_000;
/// Largest source of one function, in bytes.
pub const MAX_SOURCE: usize = 8 * 1024 * 1024;
/// Largest `description` of a function, in characters.
pub const MAX_DESCRIPTION: usize = 2_000;
/// Environment variables of one function.
pub const MAX_ENV_VARS: usize = 1_000;
/// Name and value of one environment variable together, in bytes.
pub const MAX_ENV_VAR: usize = 64 * 1024;
/// Largest number in the settings of a trigger, and its negative the smallest: the database writes larger ones so that they
/// cannot be read again.
pub const MAX_CONFIG_NUMBER: f64 = 1e300;
/// Outbound requests that one invocation may make.
pub const MAX_FETCHES: u32 = 1_000;
/// Outbound requests of one invocation in flight at once; further ones wait.
pub const MAX_PARALLEL_FETCHES: usize = 50;
/// Outbound requests of one invocation that are in flight or whose response body is still open, together: each is a
/// connection.
pub const MAX_OPEN_BODIES: usize = 128;
/// How long an outbound request waits for one of these to be read or cancelled before it fails, in milliseconds.
pub const OPEN_BODIES_WAIT_MS: u32 = 10_000;
/// Largest message that a WebSocket receives, in bytes.
pub const MAX_SOCKET_MESSAGE: usize = 16 * 1024 * 1024;
/// How long the server of a WebSocket may take to close after the function has, in milliseconds.
pub const SOCKET_CLOSE_MS: u32 = 10_000;
/// How long the host waits for it where the function does not, in milliseconds: when the call is over.
pub const SOCKET_FAREWELL_MS: u32 = 2_000;
/// Redirects of one outbound request that are followed.
pub const MAX_REDIRECTS: usize = 20;
/// Addresses of one host name that an outbound connection tries.
pub const MAX_ADDRESSES: usize = 8;
/// How long each of them may take to answer, in milliseconds.
pub const ADDRESS_MS: u32 = 5_000;
/// How long an outbound connection may take, in milliseconds: the waiting for its turn, the lookup of the name, all of its
/// addresses.
pub const CONNECT_MS: u32 = 15_000;
/// How much longer it may take with its TLS handshake, in milliseconds.
pub const HANDSHAKE_MS: u32 = 15_000;
/// Host names looked up at once, in all; each takes a thread until the resolver has answered.
pub const MAX_LOOKUPS: usize = 64;
/// Host names looked up at once for one app.
pub const MAX_APP_LOOKUPS: usize = 16;
/// Outbound connections open at once, in all, where the operating system allows four times as many open files; else a
/// quarter of these. One app has at most three quarters of them.
pub const MAX_SOCKETS: usize = 16_384;
/// Calls of functions by functions that one call from outside can lead to, one inside the other (Butterbase §5.9).
pub const MAX_INVOKE_DEPTH: u32 = 4;
/// Wall time for evaluating a module at deploy, in milliseconds.
pub const EVALUATION_MS: u32 = 10_000;
/// Memory for evaluating a module at deploy, in MiB.
pub const EVALUATION_MEMORY_MB: u32 = 256;
/// `limit` of a log page when the query names none (Butterbase §7.1).
pub const DEFAULT_LOG_PAGE: u32 = 100;
/// Largest `limit` of a log page.
pub const MAX_LOG_PAGE: u32 = 1_000;
/// Text of the records of one log page, in bytes; more goes onto the next one. A single record may have more.
pub const MAX_LOG_PAGE_BYTES: u64 = 16 * 1024 * 1024;
/// Streams of logs that may be open at once, in all (Butterbase §7.2).
pub const MAX_LOG_STREAMS: usize = 256;
/// Streams of logs that may be open at once for one app.
pub const MAX_APP_LOG_STREAMS: usize = 32;
/// How long records of calls are kept when the operator says nothing, in days (Butterbase §7.3).
pub const LOG_RETENTION_DAYS: u32 = 7;
/// How long events of the audit log are kept when the operator says nothing, in days (Butterbase §7.3).
pub const AUDIT_RETENTION_DAYS: u32 = 180;
/// Longest time that the operator can have either kept for, in days; 0 keeps them for ever.
pub const MAX_RETENTION_DAYS: u32 = 36_500;
/// Calls of one function that its percentiles are computed from: the newest ones.
pub const MAX_PERCENTILE_CALLS: u32 = 100_000;
/// Functions that the server's own metrics name; what calls of further ones come to is summed up.
pub const MAX_METRIC_FUNCTIONS: usize = 1_000;
/// Shortest token that the operator sets for a service of theirs, in characters.
pub const MIN_TOKEN: usize = 16;
/// Longest id of a user that an agent runtime names, in bytes.
pub const MAX_USER_ID: usize = 255;
/// Requests to one management route of one app in a minute, unless the operator says otherwise (Butterbase §4.9).
pub const MANAGEMENT_RATE: u32 = 300;
/// Tables in one schema that is applied.
pub const MAX_SCHEMA_TABLES: usize = 50;
/// Columns of one table of it.
pub const MAX_SCHEMA_COLUMNS: usize = 250;
/// Longest name of a table, column, index or policy, in bytes: what PostgreSQL keeps of a name.
pub const MAX_SQL_NAME: usize = 63;
/// Longest expression of a default or a policy, in characters.
pub const MAX_SQL_EXPRESSION: usize = 4_000;
/// Connections that functions of all apps have to databases of apps, together, unless the operator says otherwise. One app
/// has at most three quarters of them.
pub const DATABASE_CONNECTIONS: usize = 20;
/// Database connections that one call may use at once; further queries of it wait.
pub const MAX_CALL_CONNECTIONS: usize = 4;
/// Transactions that one call may have open at once; one connection is left for queries, so that they never wait for a
/// transaction that waits for them.
pub const MAX_OPEN_TRANSACTIONS: usize = MAX_CALL_CONNECTIONS - 1;
/// How long a query or transaction waits for a database connection, in milliseconds (Butterbase §5.11).
pub const DATABASE_WAIT_MS: u32 = 5_000;
/// Text of one query, in bytes.
pub const MAX_SQL: usize = 1024 * 1024;
/// Parameters of one query: the protocol counts them in 16 bits.
pub const MAX_SQL_PARAMETERS: usize = 65_535;
/// Parameters of one query together, in bytes.
pub const MAX_SQL_PARAMETER_BYTES: usize = 32 * 1024 * 1024;
/// Result of one query, in bytes.
pub const MAX_SQL_RESULT: usize = 32 * 1024 * 1024;
/// Rows of the result of one query.
pub const MAX_SQL_ROWS: u32 = 1_000_000;
/// Key and scope of `ctx.idempotency.claim`, each, in characters (Butterbase §5.8); and the header `Idempotency-Key` of a deploy.
pub const MAX_IDEMPOTENCY_KEY: usize = 255;
/// `ttlSeconds` of `ctx.idempotency.claim`: a hundred years.
pub const MAX_IDEMPOTENCY_TTL: u64 = 100 * 365 * 24 * 3600;
/// Largest request body of the routes that users of an app sign in through, in bytes.
pub const MAX_AUTH_BODY: usize = 16 * 1024;
/// Shortest password of an app's user, in characters (Butterbase §1.4).
pub const MIN_PASSWORD: usize = 8;
/// Longest password of an app's user, in characters.
pub const MAX_PASSWORD: usize = 256;
/// Longest e-mail address, in bytes: what the mail protocol can carry.
pub const MAX_EMAIL: usize = 254;
/// Longest `display_name` of an app's user, in characters.
pub const MAX_DISPLAY_NAME: usize = 200;
/// Sign-ups from one address to one app in a quarter of an hour (Butterbase §1.4).
pub const SIGNUPS: u32 = 5;
/// Log-ins from one address to one app in a quarter of an hour.
pub const LOGINS: u32 = 10;
/// Log-ins as one user in a quarter of an hour, from whatever addresses.
pub const ACCOUNT_LOGINS: u32 = 100;
/// Refreshes from one address to one app in a quarter of an hour.
pub const REFRESHES: u32 = 20;
/// How long an access token is valid, in seconds.
pub const ACCESS_TOKEN_SECONDS: u32 = 15 * 60;
/// How long a refresh token is valid, in days.
pub const REFRESH_TOKEN_DAYS: u32 = 7;
/// For how long a refresh token that was used up may come again, in seconds: from a client that has asked twice.
pub const REFRESH_GRACE_SECONDS: u32 = 10;
/// Longest token that is looked at, in bytes.
pub const MAX_TOKEN: usize = 8 * 1024;
/// Longest name of an API key, in characters.
pub const MAX_KEY_NAME: usize = 200;
/// Functions of one app that are not deleted, unless the operator says otherwise.
pub const MAX_FUNCTIONS: u32 = 500;
/// Longest `agent_tool_description` of a function, in characters (Butterbase §3.1).
pub const MAX_TOOL_DESCRIPTION: usize = 500;
/// Items of one page of a list (functions, apps, API keys), which is also what a query gets that names no `limit`.
pub const MAX_LIST_PAGE: u32 = 1_000;
/// Changes of a schema in one page of their list, which is also what a query gets that names no `limit`.
pub const MAX_SCHEMA_CHANGES: u32 = 100;
/// Bytes of their statements in one page; a change that is larger is alone in its page.
pub const MAX_SCHEMA_CHANGES_BYTES: i64 = 4 * 1024 * 1024;
/// `limit` of a page of the audit log when the query names none (Butterbase §3.7).
pub const DEFAULT_AUDIT_PAGE: u32 = 100;
/// Largest `limit` of a page of the audit log (Butterbase §3.7).
pub const MAX_AUDIT_PAGE: u32 = 500;
/// Characters kept of the `User-Agent` of who changes something.
pub const MAX_USER_AGENT: usize = 500;
/// Origins that one app allows.
pub const MAX_ORIGINS: usize = 100;
/// Longest origin, in bytes: a host name has at most 253.
pub const MAX_ORIGIN: usize = 300;
/// Longest domain name, in bytes.
pub const MAX_DOMAIN: usize = 253;
/// Longest reason for pausing an app, in characters (Butterbase appendix A).
pub const MAX_PAUSE_REASON: usize = 500;
/// For how long a deploy is known by its `Idempotency-Key`, in hours.
pub const DEPLOY_KEY_HOURS: u32 = 24;
/// Rounds of one PBKDF2: iterations times blocks of the hash that the result takes.
pub const MAX_PBKDF2_ROUNDS: u64 = 10_000_000;
/// Result of one derivation of a key, in bytes.
pub const MAX_DERIVED_KEY: u32 = 1024 * 1024;
/// Memory of one scrypt or Argon2, in MiB.
pub const MAX_DERIVATION_MB: u64 = 128;
/// What one scrypt or Argon2 goes over in all, in MiB: its memory times its passes or its parallelization.
pub const MAX_DERIVATION_WORK_MB: u64 = 1024;
/// Lanes of one Argon2.
pub const MAX_ARGON2_LANES: u32 = 16;
/// Cost of one bcrypt; the smallest is 4.
pub const MAX_BCRYPT_COST: u32 = 15;
/// Longest modulus of an RSA key that is used, in bits.
pub const MAX_RSA_BITS: u32 = 8192;
/// Longest modulus of an RSA key that is generated, in bits; the shortest is 1024.
pub const MAX_GENERATED_RSA_BITS: u32 = 4096;
/// Largest content that comes out of Brotli, in bytes.
pub const MAX_BROTLI_RESULT: usize = 64 * 1024 * 1024;
/// Largest content that is compressed with Brotli, in bytes.
pub const MAX_BROTLI_CONTENT: usize = 16 * 1024 * 1024;
/// Largest content that is compressed with Brotli of quality 10 or 11, in bytes: they take a second for one or two million.
pub const MAX_BROTLI_BEST: usize = 2 * 1024 * 1024;
/// Derivations of keys, operations of RSA and contents for Brotli that one call has done at once; further ones wait.
pub const MAX_PARALLEL_CRYPTO: usize = 2;
