//! Against a real server: an app's database with its groups and logins, made here.

mod cancel;
mod clean;
mod limits;
mod measure;
mod pool;
mod roles;
mod tls;

use super::{Access, Sessions, SessionsOptions};
use crate::testing;
use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use ramekin_model::{
    AppId, DatabaseAccess, DatabaseHost, DatabaseRole, DatabaseTls, Secret, SqlError, SqlIdentity, SqlRows,
    SqlStatement,
};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection, Row as _};
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const PASSWORD: &str = "canary-of-the-login";
const TIME: Duration = Duration::from_secs(30);
/// Shorter than any statement here would run, and time enough for a busy machine.
const LONG: Duration = Duration::from_secs(20);

/// Where apps' databases are in a test.
#[derive(Default)]
struct Directory {
    apps: Mutex<HashMap<AppId, DatabaseAccess>>,
    asked: AtomicUsize,
}

impl Directory {
    fn change(&self, app: &AppId, change: impl Fn(&mut DatabaseAccess)) {
        change(self.apps.lock().unwrap().get_mut(app).unwrap());
    }
}

impl Access for Directory {
    fn access(&self, app: &AppId, role: DatabaseRole) -> BoxFuture<'static, Result<DatabaseAccess, SqlError>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut access = self.apps.lock().unwrap()[app].clone();
        let suffix = role.group().unwrap().trim_start_matches("butterbase_");
        access.login = format!("{}_{suffix}", access.database);
        ready(Ok(access)).boxed()
    }
}

/// Sessions, and the server behind them.
struct Rig {
    sessions: Sessions,
    directory: Arc<Directory>,
    /// Of the first app's database.
    options: PgConnectOptions,
    superuser: PgConnection,
    apps: Vec<AppId>,
}

impl Rig {
    async fn new() -> Self {
        Self::with(1, SessionsOptions::default()).await
    }

    async fn with(apps: usize, options: SessionsOptions) -> Self {
        let directory = Arc::new(Directory::default());
        let mut made = Vec::new();
        for _ in 0..apps {
            made.push(make_app(&directory).await);
        }
        let sessions = Sessions::new(Arc::clone(&directory) as Arc<dyn Access>, options);
        let (_, database) = made.first().unwrap().clone();
        let superuser = testing::superuser(&database).await.connect().await.unwrap();
        Self { sessions, directory, options: database, superuser, apps: made.into_iter().map(|(app, _)| app).collect() }
    }

    fn app(&self) -> &AppId {
        &self.apps[0]
    }

    async fn query(&self, identity: &SqlIdentity, sql: &str) -> Result<SqlRows, SqlError> {
        self.sessions.query(self.app(), identity, &statement(sql), TIME).await
    }

    /// As the app, without parameters.
    async fn service(&self, sql: &str) -> Result<SqlRows, SqlError> {
        self.query(&SqlIdentity::Service, sql).await
    }

    async fn admin(&mut self, sql: &str) {
        self.superuser.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    }

    /// Sessions that the server has for the first app's logins.
    async fn backends(&mut self) -> i64 {
        let name = self.options.get_database().unwrap().to_owned();
        let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND usename LIKE 'test%'";
        sqlx::query(count).bind(name).fetch_one(&mut self.superuser).await.unwrap().get(0)
    }

    /// Statements of the first app that run.
    async fn running(&mut self, like: &str) -> i64 {
        let count = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() \
                     AND query LIKE $1";
        sqlx::query(count).bind(like).fetch_one(&mut self.superuser).await.unwrap().get(0)
    }

    /// Whether no such statement runs any more, soon.
    async fn has_ended(&mut self, like: &str) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < LONG {
            if self.running(like).await == 0 {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }
}

fn statement(sql: &str) -> SqlStatement {
    SqlStatement { text: sql.into(), parameters: Vec::new() }
}

fn with(sql: &str, parameters: &[Option<&str>]) -> SqlStatement {
    let parameters = parameters.iter().map(|value| value.map(str::to_owned)).collect();
    SqlStatement { text: sql.into(), parameters }
}

fn user(id: &str) -> SqlIdentity {
    SqlIdentity::User(id.into())
}

/// Cells as text.
fn cells(rows: &SqlRows) -> Vec<Option<String>> {
    let (mut rest, mut cells) = (rows.cells.as_slice(), Vec::new());
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        rest = after;
        cells.push(usize::try_from(i32::from_be_bytes(*length)).ok().map(|length| {
            let (text, after) = rest.split_at(length);
            rest = after;
            String::from_utf8(text.to_vec()).unwrap()
        }));
    }
    assert!(rest.is_empty());
    cells
}

fn one(rows: &SqlRows) -> String {
    let cells = cells(rows);
    assert_eq!(cells.len(), 1, "{cells:?}");
    cells[0].clone().unwrap_or_else(|| "<null>".into())
}

/// An app with a database of its own.
async fn make_app(directory: &Directory) -> (AppId, PgConnectOptions) {
    let options = testing::database().await;
    let name = options.get_database().unwrap().to_owned();
    let mut admin = testing::superuser(&options).await.connect().await.unwrap();
    for group in ["user", "anon", "service"] {
        let sql = format!(
            "DO $$ BEGIN CREATE ROLE butterbase_{group} NOLOGIN;
               EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
             CREATE ROLE {name}_{group} LOGIN PASSWORD '{PASSWORD}' IN ROLE butterbase_{group};
             GRANT USAGE ON SCHEMA public TO butterbase_{group};
             ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO butterbase_{group};
             ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO butterbase_{group}"
        );
        // Statements one after the other: roles belong to the whole server, which other tests use too.
        let mut tries = 0;
        while let Err(error) = admin.execute(AssertSqlSafe(sql.clone())).await {
            tries += 1;
            assert!(tries < 20, "{error}");
        }
    }
    let objects = "
        CREATE FUNCTION current_user_id() RETURNS text LANGUAGE sql STABLE
          AS $$ SELECT nullif(current_setting('request.jwt.claim.sub', true), '') $$;
        CREATE TABLE notes (id serial PRIMARY KEY, owner text, body text);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON notes TO butterbase_user
          USING (owner = current_user_id()) WITH CHECK (owner = current_user_id());
        CREATE POLICY notes_service_bypass ON notes TO butterbase_service USING (true) WITH CHECK (true);
        CREATE TABLE _idempotency_keys (key text NOT NULL, scope text NOT NULL DEFAULT 'default',
          processed_at timestamptz DEFAULT now(), expires_at timestamptz, PRIMARY KEY (scope, key));
        REVOKE ALL ON _idempotency_keys FROM butterbase_user, butterbase_anon, butterbase_service;
        GRANT SELECT, INSERT, DELETE ON _idempotency_keys TO butterbase_service";
    admin.execute(objects).await.unwrap();
    let id = format!("app_{:012x}", name.trim_start_matches("test_").parse::<u64>().unwrap());
    let app: AppId = id.parse().unwrap();
    let access = DatabaseAccess {
        host: DatabaseHost::Socket(options.get_socket().unwrap().clone()),
        port: options.get_port(),
        database: name,
        login: String::new(),
        password: Secret::new(PASSWORD.into()),
        tls: DatabaseTls::Off,
    };
    directory.apps.lock().unwrap().insert(app.clone(), access);
    (app, options)
}

/// Asks again until it is so, for two seconds at most.
async fn soon<F: Future<Output = bool>>(mut is_so: impl FnMut() -> F) -> bool {
    for _ in 0..1_000 {
        if is_so().await {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

fn through(directory: &Directory, app: &AppId, socket: &Path) {
    directory.change(app, |access| access.host = DatabaseHost::Socket(socket.into()));
}
