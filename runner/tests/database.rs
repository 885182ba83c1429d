//! `ctx.db` and `ctx.idempotency` from JavaScript to a real server: a database with groups and logins is made here, and
//! functions run in the sandbox against it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "the rig of a test fails by panicking, and prints its figures"
)]

use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use ramekin_compiler::Source;
use ramekin_host_api::ports::{
    Content, Fetch, FetchError, FetchRequest, FetchResponse, Invoke, InvokeRequest, SocketRequest, WebSocket,
};
use ramekin_host_api::{AnonymousRole, AppInfo, CallContext, Caller, CallerType, Environment};
use ramekin_model::{AppId, DatabaseAccess, DatabaseHost, DatabaseRole, DatabaseTls, Secret, SqlError};
use ramekin_runner::database::FunctionSql;
use ramekin_runner::exec::{Admission, Call, CallError, Sandbox, SandboxOptions};
use ramekin_store::embedded::{EmbeddedOptions, EmbeddedPostgres, PLATFORM_DATABASE};
use ramekin_store::{Access, Sessions, SessionsOptions};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _, PgConnection, Row as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use uuid::Uuid;

/// Shorter than any statement here would run, and time enough for a busy machine.
const LONG: Duration = Duration::from_secs(20);

struct NoFetch;

impl Fetch for NoFetch {
    fn send(&self, _: FetchRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>> {
        Box::pin(async { Err(FetchError::Denied("nothing is sent here".into())) })
    }

    fn open(&self, _: SocketRequest) -> BoxFuture<'static, Result<Arc<dyn WebSocket>, FetchError>> {
        Box::pin(async { Err(FetchError::Denied("nothing is opened here".into())) })
    }
}

struct NoPeers;

impl Invoke for NoPeers {
    fn invoke(&self, _: InvokeRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>> {
        Box::pin(async { Err(FetchError::Denied("nobody is called here".into())) })
    }
}

/// The logins of the one app.
struct Logins(DatabaseAccess);

impl Access for Logins {
    fn access(&self, _: &AppId, role: DatabaseRole) -> BoxFuture<'static, Result<DatabaseAccess, SqlError>> {
        let login = format!("app_{}", role.group().unwrap());
        ready(Ok(DatabaseAccess { login, ..self.0.clone() })).boxed()
    }
}

struct Rig {
    sandbox: Sandbox,
    admission: Arc<Admission>,
    sessions: Sessions,
    admin: PgConnection,
    server: EmbeddedPostgres,
    dir: TempDir,
    app: AppId,
}

fn cache_dir() -> PathBuf {
    let home = std::env::var_os("HOME").filter(|_| !rustix::process::geteuid().is_root());
    home.map_or_else(|| "/var/cache".into(), |home| PathBuf::from(home).join(".cache")).join("ramekin")
}

impl Rig {
    async fn new() -> Self {
        let mode = std::fs::Permissions::from_mode(0o755);
        let dir = tempfile::Builder::new().prefix("ramekin-test-").permissions(mode).tempdir().unwrap();
        let server = EmbeddedPostgres::start(EmbeddedOptions {
            state_dir: dir.path().join("postgres"),
            cache_dir: cache_dir(),
            bin_dir: None,
            allow_download: true,
            durable: false,
        })
        .await
        .unwrap();
        let options: PgConnectOptions = server.connect_options(PLATFORM_DATABASE);
        let password = std::fs::read_to_string(dir.path().join("postgres/postgres.password")).unwrap();
        let mut admin = options.clone().username("postgres").password(&password).connect().await.unwrap();
        for sql in [
            "CREATE DATABASE app",
            "CREATE ROLE butterbase_user",
            "CREATE ROLE butterbase_anon",
            "CREATE ROLE butterbase_service",
        ] {
            admin.execute(sql).await.unwrap();
        }
        for group in ["user", "anon", "service"] {
            let sql = format!("CREATE ROLE app_butterbase_{group} LOGIN PASSWORD 'canary' IN ROLE butterbase_{group}");
            admin.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        }
        let mut admin =
            options.clone().database("app").username("postgres").password(&password).connect().await.unwrap();
        admin
            .execute(
                "GRANT USAGE ON SCHEMA public TO butterbase_user, butterbase_anon, butterbase_service;
                 CREATE FUNCTION current_user_id() RETURNS text LANGUAGE sql STABLE
                   AS $$ SELECT nullif(current_setting('request.jwt.claim.sub', true), '') $$;
                 CREATE TYPE mood AS ENUM ('happy', 'sad');
                 CREATE TABLE notes (id serial PRIMARY KEY, owner text, body text UNIQUE);
                 GRANT ALL ON ALL TABLES IN SCHEMA public TO butterbase_user, butterbase_anon, butterbase_service;
                 GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO butterbase_user, butterbase_anon, butterbase_service;
                 ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
                 CREATE POLICY own ON notes TO butterbase_user
                   USING (owner = current_user_id()) WITH CHECK (owner = current_user_id());
                 CREATE POLICY notes_service_bypass ON notes TO butterbase_service USING (true) WITH CHECK (true);
                 CREATE TABLE _idempotency_keys (key text NOT NULL, scope text NOT NULL DEFAULT 'default',
                   processed_at timestamptz DEFAULT now(), expires_at timestamptz, PRIMARY KEY (scope, key));
                 GRANT SELECT, INSERT, DELETE ON _idempotency_keys TO butterbase_service",
            )
            .await
            .unwrap();
        let access = DatabaseAccess {
            host: DatabaseHost::Socket(options.get_socket().unwrap().clone()),
            port: 5432,
            database: "app".into(),
            login: String::new(),
            password: Secret::new("canary".into()),
            tls: DatabaseTls::Off,
        };
        let cache = dir.path().join("cache");
        std::fs::create_dir(&cache).unwrap();
        let sandbox = Sandbox::open(SandboxOptions { cache_dir: cache, max_instances: 64 }).await.unwrap();
        Self {
            sandbox,
            admission: Admission::new(64, 64),
            sessions: Sessions::new(Arc::new(Logins(access)), SessionsOptions::default()),
            admin,
            server,
            dir,
            app: "app_000000000000".parse().unwrap(),
        }
    }

    /// Calls a function whose handler has this body, as this user; what it returns is its response as JSON.
    async fn call(&self, user: Option<&str>, body: &str) -> Result<Value, CallError> {
        self.call_with(user, CallerType::ServiceKey, AnonymousRole::Service, 30_000, body).await
    }

    async fn call_with(
        &self,
        user: Option<&str>,
        kind: CallerType,
        anonymous_role: AnonymousRole,
        timeout_ms: u32,
        body: &str,
    ) -> Result<Value, CallError> {
        let code = format!(
            "export default async (request, ctx) => Response.json(await (async () => {{ {body} }})() ?? null);"
        );
        let source = Source::new("f.js", code);
        let built = self.sandbox.build(source, &self.app, chrono::Utc::now(), &Environment::default()).await.unwrap();
        let call = Call {
            method: "GET".into(),
            url: "http://localhost/f".into(),
            headers: Vec::new(),
            body: Content::Empty,
            environment: Arc::default(),
            context: CallContext {
                function: "f".into(),
                request_id: Uuid::nil(),
                client_ip: None,
                user: user.map(Into::into),
                caller: Caller { kind, ..Caller::anonymous() },
                app: Arc::new(AppInfo {
                    id: self.app.to_string(),
                    name: "app".into(),
                    owner_id: Uuid::nil(),
                    subdomain: None,
                    anon_key: String::new(),
                }),
            },
            fetch: Arc::new(NoFetch),
            peers: Arc::new(NoPeers),
            database: Arc::new(FunctionSql::new(self.sessions.clone())),
            anonymous_role,
            listener: None,
            timeout_ms,
            memory_mb: 256,
            slot: self.admission.admit(&self.app).unwrap(),
            on_end: Box::new(|_| ()),
        };
        let reply = self.sandbox.call(built.image, call).await?;
        let Content::Bytes(body) = reply.body else { panic!("no body") };
        Ok(serde_json::from_slice(&body).unwrap())
    }

    async fn close(self) {
        self.sessions.close().await;
        drop(self.admin);
        self.server.stop().await;
        drop(self.dir);
    }
}

/// Shows a value with its type, for JSON hides both dates and bytes.
const SHOW: &str = "const show = (v) => v === null ? 'null' : v instanceof Date ? `Date ${v.toISOString()}`
    : v instanceof Uint8Array ? `bytes ${[...v]}` : Array.isArray(v) ? `[${v.map(show).join(', ')}]`
    : typeof v === 'object' ? `{${Object.entries(v).map(([k, w]) => `${k}: ${show(w)}`).join(', ')}}`
    : `${typeof v} ${String(v)}`;";

#[tokio::test(flavor = "multi_thread")]
async fn sql_of_functions() {
    let mut rig = Rig::new().await;
    types_out(&rig).await;
    types_in(&rig).await;
    roles(&rig).await;
    errors(&rig).await;
    transactions(&rig).await;
    keys(&rig).await;
    big_values(&rig).await;
    cancellation(&mut rig).await;
    rig.close().await;
}

async fn types_out(rig: &Rig) {
    let cases = [
        ("1::int2", "number 1"),
        ("'-2147483648'::int4", "number -2147483648"),
        ("'5'::xid", "number 5"),
        ("9007199254740991::int8", "number 9007199254740991"),
        ("count(*) FROM (SELECT 1) AS t", "number 1"),
        ("ARRAY[1, NULL, 9007199254740991]::int8[]", "[number 1, null, number 9007199254740991]"),
        ("1.5::float4", "number 1.5"),
        ("'NaN'::float4", "number NaN"),
        ("'-Infinity'::float4", "number -Infinity"),
        ("0.1::float8", "string 0.1"),
        ("'Infinity'::float8", "string Infinity"),
        ("12345678901234567890.123::numeric", "string 12345678901234567890.123"),
        ("true", "boolean true"),
        ("false", "boolean false"),
        ("'a ü 🦀'::text", "string a ü 🦀"),
        ("'x'::varchar", "string x"),
        ("'ab'::char(4)", "string ab  "),
        ("'c'::\"char\"", "string c"),
        ("'n'::name", "string n"),
        ("'00000000-0000-0000-0000-000000000001'::uuid", "string 00000000-0000-0000-0000-000000000001"),
        ("'10.0.0.1/8'::inet", "string 10.0.0.1/8"),
        ("'10.0.0.0/8'::cidr", "string 10.0.0.0/8"),
        ("'08:00:2b:01:02:03'::macaddr", "string 08:00:2b:01:02:03"),
        ("'12:34:56.789'::time", "string 12:34:56.789"),
        ("'12:34:56+02'::timetz", "string 12:34:56+02"),
        ("26::oid", "string 26"),
        ("'text'::regtype", "string text"),
        ("'2024-02-29'::date", "Date 2024-02-29T00:00:00.000Z"),
        ("'0044-03-15 BC'::date", "Date -000043-03-15T00:00:00.000Z"),
        ("'infinity'::date", "number Infinity"),
        ("'-infinity'::date", "number -Infinity"),
        ("'2024-01-02 03:04:05.678901'::timestamp", "Date 2024-01-02T03:04:05.678Z"),
        ("'1969-12-31 23:59:59.999'::timestamp", "Date 1969-12-31T23:59:59.999Z"),
        ("'infinity'::timestamp", "number Infinity"),
        ("'2024-01-02 03:04:05+05:30'::timestamptz", "Date 2024-01-01T21:34:05.000Z"),
        ("'-infinity'::timestamptz", "number -Infinity"),
        ("'{\"a\": [1, null]}'::json", "{a: [number 1, null]}"),
        ("'\"s\"'::jsonb", "string s"),
        ("'null'::jsonb", "null"),
        ("'\\x00ff10'::bytea", "bytes 0,255,16"),
        ("''::bytea", "bytes "),
        ("ARRAY[1, 2]::int4[]", "[number 1, number 2]"),
        ("ARRAY[[1, 2], [3, NULL]]::int2[]", "[[number 1, number 2], [number 3, null]]"),
        ("'[2:3]={7,8}'::int4[]", "[number 7, number 8]"),
        ("'{}'::text[]", "[]"),
        (
            "ARRAY['a b', 'q\"uo\\te', NULL, 'NULL', '', '{x,y}']",
            "[string a b, string q\"uo\\te, null, string NULL, string , string {x,y}]",
        ),
        ("ARRAY[0.5, 1]::float8[]", "[string 0.5, string 1]"),
        ("ARRAY[0.5]::numeric[]", "[string 0.5]"),
        ("ARRAY[true, false]", "[boolean true, boolean false]"),
        ("ARRAY['2024-01-02'::date, 'infinity']", "[Date 2024-01-02T00:00:00.000Z, number Infinity]"),
        ("ARRAY['2024-01-02 00:00:00+00'::timestamptz]", "[Date 2024-01-02T00:00:00.000Z]"),
        ("ARRAY['{\"a\":\"b,}\"}'::jsonb]", "[{a: string b,}}]"),
        ("ARRAY['\\x01'::bytea]", "[bytes 1]"),
        ("ARRAY['00000000-0000-0000-0000-000000000001'::uuid]", "[string 00000000-0000-0000-0000-000000000001]"),
        ("'1 day 02:00:00'::interval", "string 1 day 02:00:00"),
        ("'sad'::mood", "string sad"),
        ("int4range(1, 5)", "string [1,5)"),
        ("'<a/>'::xml", "string <a/>"),
        ("'(1,2.5)'::point", "{x: string 1, y: string 2.5}"),
        ("'(3,4),(1,2)'::box", "{a: {x: string 3, y: string 4}, b: {x: string 1, y: string 2}}"),
        ("'[(1,2),(3,4)]'::lseg", "{a: {x: string 1, y: string 2}, b: {x: string 3, y: string 4}}"),
        ("'{1,2,3}'::line", "{a: string 1, b: string 2, c: string 3}"),
        ("'<(1,2),3>'::circle", "{point: {x: string 1, y: string 2}, radius: string 3}"),
        ("'((1,2),(3,4))'::polygon", "[{x: string 1, y: string 2}, {x: string 3, y: string 4}]"),
        ("'[(1,2)]'::path", "[{x: string 1, y: string 2}]"),
        (
            "ARRAY['(1,1),(0,0)'::box, '(2,2),(0,0)'::box]",
            "[{a: {x: string 1, y: string 1}, b: {x: string 0, y: string 0}}, {a: {x: string 2, y: string 2}, b: {x: string 0, y: string 0}}]",
        ),
        ("'(3,4)'::tid", "[bigint 3, bigint 4]"),
        ("NULL::int4", "null"),
    ];
    let list: Vec<_> =
        cases.iter().map(|(sql, _)| format!("SELECT {}", sql.replacen(" FROM", " AS v FROM", 1))).collect();
    let list = serde_json::to_string(&list).unwrap();
    let body = format!(
        "{SHOW} const all = []; for (const sql of {list}) all.push(show(Object.values((await ctx.db.query(sql)).rows[0])[0])); return all;"
    );
    let shown = rig.call(None, &body).await.unwrap();
    for ((sql, expected), shown) in cases.iter().zip(shown.as_array().unwrap()) {
        assert_eq!(shown, expected, "{sql}");
    }
    let result = rig
        .call(None, "return [await ctx.db.query('SELECT 1 AS a, 2 AS \"__proto__\"'), await ctx.db.query('INSERT INTO notes (owner, body) VALUES ($1, $2)', ['o', 'first']), await ctx.db.query('DELETE FROM notes'), await ctx.db.query('SET search_path = public')]")
        .await
        .unwrap();
    assert_eq!(result[0]["rows"][0], json!({"a": 1, "__proto__": 2}));
    assert_eq!((&result[0]["rowCount"], &result[0]["command"]), (&json!(1), &json!("SELECT")));
    assert_eq!(result[0]["fields"][0], json!({"name": "a", "dataTypeID": 23}));
    assert_eq!(result[1], json!({"rows": [], "rowCount": 1, "command": "INSERT", "fields": []}));
    assert_eq!(result[2]["rowCount"], 1);
    assert_eq!(result[3]["rowCount"], Value::Null);
}

async fn types_in(rig: &Rig) {
    let cases = [
        ("null", "text", "null"),
        ("undefined", "text", "null"),
        ("'a\\'ü'", "text", "string a'ü"),
        ("1.5", "float4", "number 1.5"),
        ("true", "bool", "boolean true"),
        ("12345678901234567890n", "numeric", "string 12345678901234567890"),
        ("new Date(1704164645678)", "timestamptz", "Date 2024-01-02T03:04:05.678Z"),
        ("new Date(-1e14)", "timestamptz", "Date -001199-02-15T14:13:20.000Z"),
        ("new Uint8Array([0, 255])", "bytea", "bytes 0,255"),
        ("[1, null, 3]", "int[]", "[number 1, null, number 3]"),
        ("[['a', '\"b\\\\'], ['{', 'NULL']]", "text[]", "[[string a, string \"b\\], [string {, string NULL]]"),
        ("[new Date(0)]", "timestamptz[]", "[Date 1970-01-01T00:00:00.000Z]"),
        ("[]", "text[]", "[]"),
        ("{ a: [1] }", "jsonb", "{a: [number 1]}"),
        ("JSON.stringify([1])", "jsonb", "[number 1]"),
    ];
    let list: Vec<_> = cases.iter().map(|(value, kind, _)| format!("[{value}, '{kind}']")).collect();
    let body = format!(
        "{SHOW} const all = []; for (const [value, kind] of [{}]) all.push(show((await ctx.db.query('SELECT $1::' + kind + ' AS v', [value])).rows[0].v)); return all;",
        list.join(", ")
    );
    let shown = rig.call(None, &body).await.unwrap();
    for ((value, _, expected), shown) in cases.iter().zip(shown.as_array().unwrap()) {
        assert_eq!(shown, expected, "{value}");
    }
    let named = "const q = ctx.db.query; const failing = (p) => p.then(() => 'none', (e) => e.message);
        return [
          (await q('SELECT $a::int + $B::int + $a::int AS v', { A: 1, b: 2 })).rows[0].v,
          (await q(\"SELECT '$x' || $$ $a $$ || $t$ $a $t$ || E'\\\\'$a' || $a::text /* $a */ AS v -- $a\", { a: '!' })).rows[0].v,
          await failing(q('SELECT $missing', { a: 1 })), await failing(q('SELECT $a', { a: 1, A: 2 })),
          await failing(q('SELECT $1', [() => 1])), await failing(q('SELECT $1', [new Date(NaN)])), await failing(q(5)),
        ]";
    let named = rig.call(None, named).await.unwrap();
    assert_eq!(named[0], 4);
    assert_eq!(named[1], "$x $a  $a '$a!");
    for (at, says) in [(2, "$missing"), (3, "twice"), (4, "function"), (5, "invalid Date"), (6, "must be a string")] {
        assert!(named[at].as_str().unwrap().contains(says), "{}", named[at]);
    }
}

async fn roles(rig: &Rig) {
    let who = "const who = (db) => db.query(\"SELECT current_user || '/' || current_setting('app.role') || '/' || coalesce(current_user_id(), '-') AS v\").then((r) => r.rows[0].v);
        return [await who(ctx.db), await ctx.db.asUser(42, who), await ctx.db.asAnon(who), await ctx.db.asService(who), await ctx.db.transaction(who)]";
    let all = |own: &str| {
        json!([
            own,
            "butterbase_user/butterbase_user/42",
            "butterbase_anon/butterbase_anon/-",
            "butterbase_service/butterbase_service/-",
            own
        ])
    };
    let (service, anon) = ("butterbase_service/butterbase_service/-", "butterbase_anon/butterbase_anon/-");
    assert_eq!(rig.call(None, who).await.unwrap(), all(service));
    assert_eq!(rig.call(Some("u'1"), who).await.unwrap(), all("butterbase_user/butterbase_user/u'1"));
    for (role, own) in [(AnonymousRole::Service, service), (AnonymousRole::Anon, anon)] {
        let shown = rig.call_with(None, CallerType::Anonymous, role, 30_000, who).await.unwrap();
        assert_eq!(shown, all(own));
    }
}

async fn errors(rig: &Rig) {
    let body = "await ctx.db.query('DELETE FROM notes'); await ctx.db.query(\"INSERT INTO notes (body) VALUES ('x')\");
        try { await ctx.db.query(\"INSERT INTO notes (body) VALUES ('x')\"); } catch (e) {
          return [e.name, e.message, e.fields.code, e.fields.constraint, e.fields.severity, e instanceof Error, String(e)];
        }";
    let message = "duplicate key value violates unique constraint \"notes_body_key\"";
    assert_eq!(
        rig.call(None, body).await.unwrap(),
        json!([
            "PostgresError",
            message,
            "23505",
            "notes_body_key",
            "ERROR",
            true,
            format!("PostgresError: {message}")
        ])
    );
    let twice =
        rig.call(None, "return ctx.db.query('SELECT 1 AS a, 2 AS a, 3 AS b').catch((e) => e.message)").await.unwrap();
    assert!(twice.as_str().unwrap().contains("Field names \"a\" are duplicated"), "{twice}");
    let uncaught = rig.call(None, "await ctx.db.query('SELECT 1/0')").await.unwrap_err();
    assert!(
        matches!(&uncaught, CallError::Exception { message, .. } if message.contains("division by zero")),
        "{uncaught:?}"
    );
    let commit = rig.call(None, "return ctx.db.query('COMMIT; SELECT 1').catch((e) => e.message)").await.unwrap();
    assert!(commit.as_str().unwrap().contains("ctx.db.transaction"), "{commit}");
}

async fn transactions(rig: &Rig) {
    let body = "const count = async (db) => (await db.query('SELECT count(*) AS n FROM notes')).rows[0].n;
        const insert = (db, body) => db.query('INSERT INTO notes (owner, body) VALUES (current_user_id(), $1)', [body]);
        await ctx.db.query('DELETE FROM notes');
        const log = [];
        log.push(await ctx.db.asUser('u1', async (db) => {
          await insert(db, 'a');
          await Promise.all([insert(db, 'b'), insert(db, 'c')]);
          return [await count(db), await count(ctx.db)];
        }));
        log.push(await count(ctx.db));
        const own = new Error('mine');
        log.push(await ctx.db.asUser('u1', async (db) => { await insert(db, 'd'); throw own; }).catch((e) => e === own));
        log.push(await count(ctx.db));
        let kept;
        await ctx.db.asUser('u1', (db) => { kept = db; });
        log.push(await kept.query('SELECT 1').catch((e) => e.message.includes('is over')));
        log.push(await ctx.db.asService(async (db) => { await db.query('SELECT 1/0').catch(() => 0); return 'swallowed'; }));
        // More at the same time than a call may have open; each makes a query of its own beside it.
        log.push((await Promise.all(Array.from({ length: 12 }, (_, n) => ctx.db.asUser('u' + n, async (db) => {
          await insert(db, 'many' + n);
          await ctx.db.query('SELECT 1');
          return (await db.query('SELECT count(*) AS n FROM notes')).rows[0].n;
        })))).length);
        log.push(await ctx.db.asUser().catch((e) => e.message));
        return log;";
    let log = rig.call(None, body).await.unwrap();
    assert_eq!(
        log,
        json!([[3, 0], 3, true, 3, true, "swallowed", 12, "ctx.db.asUser: the callback must be a function"])
    );
}

async fn keys(rig: &Rig) {
    let body = "const { claim } = ctx.idempotency; const failing = (...a) => claim(...a).then(() => 'none', (e) => e.message.startsWith('ctx.idempotency.claim(key):'));
        const won = await Promise.all(Array.from({ length: 64 }, () => claim('k')));
        return [won.filter(Boolean).length, await claim('k'), await claim('k', { scope: 'other', ttlSeconds: 1.5 }), await claim('k', { scope: 'other' }),
          await claim('x'.repeat(255)), await failing('x'.repeat(256)), await failing(''), await failing(5), await failing('a', { scope: '' }),
          await failing('a', { ttlSeconds: 0 }), await failing('a', { ttlSeconds: 'x' })]";
    let claimed = rig.call(Some("u"), body).await.unwrap();
    assert_eq!(claimed, json!([1, false, true, false, true, true, true, true, true, true, true]));
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let again = "return [await ctx.idempotency.claim('k', { scope: 'other' }), await ctx.idempotency.claim('k', { scope: 'other' })]";
    assert_eq!(rig.call(None, again).await.unwrap(), json!([true, false]));
}

async fn big_values(rig: &Rig) {
    let body = "const big = 'ü'.repeat(5e6); const bytes = new Uint8Array(1e6).fill(7);
        const { rows: [row] } = await ctx.db.query('SELECT $1::text AS t, $2::bytea AS b', [big, bytes]);
        const many = await ctx.db.query('SELECT n, n::text AS t FROM generate_series(1, 100000) AS n');
        return [row.t === big, row.b.length, row.b[999999], many.rows.length, many.rows[99999]];";
    assert_eq!(
        rig.call(None, body).await.unwrap(),
        json!([true, 1_000_000, 7, 100_000, {"n": 100_000, "t": "100000"}])
    );
}

async fn cancellation(rig: &mut Rig) {
    for body in
        ["await ctx.db.query('SELECT pg_sleep(60)')", "await ctx.db.asAnon((db) => db.query('SELECT pg_sleep(60)'))"]
    {
        let begun = Instant::now();
        let ended = rig.call_with(None, CallerType::ServiceKey, AnonymousRole::Service, 500, body).await.unwrap_err();
        assert!(matches!(ended, CallError::Timeout { .. }), "{ended:?}");
        assert!(begun.elapsed() < LONG, "{:?}", begun.elapsed());
        let begun = Instant::now();
        loop {
            let running =
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%' AND state = 'active'";
            let running: i64 = rig.admin.fetch_one(running).await.unwrap().get(0);
            if running == 0 {
                break;
            }
            assert!(begun.elapsed() < LONG, "it goes on");
        }
        println!("the statement was gone {:?} after the call", begun.elapsed());
    }
    let slow = "ctx.waitUntil(ctx.db.query('SELECT pg_sleep(1)').then(() => ctx.db.query(\"INSERT INTO notes (body) VALUES ('late')\"))); return 1";
    assert_eq!(rig.call(None, slow).await.unwrap(), 1);
    let begun = Instant::now();
    loop {
        let late: i64 = rig.admin.fetch_one("SELECT count(*) FROM notes WHERE body = 'late'").await.unwrap().get(0);
        if late == 1 {
            break;
        }
        assert!(begun.elapsed() < LONG, "ctx.db can be used in work that goes on after the response");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
