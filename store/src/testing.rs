//! What the tests of this crate share: one PostgreSQL per run, and a database of its own for each test.

use crate::Store;
use crate::embedded::{EmbeddedOptions, EmbeddedPostgres, PLATFORM_DATABASE};
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use ramekin_model::{AgentToolChange, AppId, InvocationRecord, NewFunction, TriggerType};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

static SERVER: Mutex<Option<(EmbeddedPostgres, TempDir)>> = Mutex::const_new(None);
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A directory that any account may enter, for tests that run as root.
pub(crate) fn temp_dir() -> TempDir {
    let mode = std::fs::Permissions::from_mode(0o755);
    tempfile::Builder::new().prefix("ramekin-test-").permissions(mode).tempdir().unwrap()
}

/// Where a downloaded PostgreSQL is kept between runs, on a machine that has none.
pub(crate) fn cache_dir() -> PathBuf {
    let home = std::env::var_os("HOME").filter(|_| !rustix::process::geteuid().is_root());
    home.map_or_else(|| "/var/cache".into(), |home| PathBuf::from(home).join(".cache")).join("ramekin")
}

/// Writes a shell script. Another process does it, because a program that is still open for writing cannot be run, and a
/// test that starts a process at this moment would hand it our open file.
pub(crate) fn script(path: &Path, body: &str) {
    let write = "printf '#!/bin/sh\n%s\n' \"$1\" > \"$2\" && chmod 755 \"$2\"";
    let done = Command::new("sh").args(["-c", write, "sh", body]).arg(path).status().unwrap();
    assert!(done.success());
}

/// Options for a throw-away server.
pub(crate) fn embedded_options(dir: &TempDir) -> EmbeddedOptions {
    let state_dir = dir.path().join("postgres");
    EmbeddedOptions { state_dir, cache_dir: cache_dir(), bin_dir: None, allow_download: true, durable: false }
}

/// An empty database.
pub(crate) async fn database() -> PgConnectOptions {
    let mut server = SERVER.lock().await;
    if server.is_none() {
        let dir = temp_dir();
        *server = Some((EmbeddedPostgres::start(embedded_options(&dir)).await.unwrap(), dir));
        // SAFETY: the function takes nothing, returns nothing, and does not unwind.
        unsafe { libc::atexit(stop) };
    }
    let (server, _) = server.as_ref().unwrap();
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut connection = server.connect_options(PLATFORM_DATABASE).connect().await.unwrap();
    connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    server.connect_options(&name)
}

/// How to connect to this database as a superuser, who can make logins.
pub(crate) async fn superuser(database: &PgConnectOptions) -> PgConnectOptions {
    let server = SERVER.lock().await;
    let (_, dir) = server.as_ref().unwrap();
    let password = std::fs::read_to_string(dir.path().join("postgres/postgres.password")).unwrap();
    database.clone().username("postgres").password(&password)
}

/// Stops the server and removes its files when the test program exits.
extern "C" fn stop() {
    if let Ok(mut server) = SERVER.try_lock() {
        server.take();
    }
}

/// A migrated database of its own.
pub(crate) async fn store() -> Store {
    let store = Store::connect(database().await, 10).await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// A migrated database of its own with an app in it.
pub(crate) async fn store_with_app() -> (Store, AppId) {
    let store = store().await;
    let owner = store.users().ensure_owner().await.unwrap();
    let (app, _) = store.apps().create(owner, "app").await.unwrap();
    (store, app.id)
}

/// A deploy that leaves out everything that can be.
pub(crate) fn new_function(name: &str) -> NewFunction {
    NewFunction {
        name: name.parse().unwrap(),
        code: format!("// {name}"),
        files: None,
        bundle: None,
        packages: None,
        description: None,
        encrypted_env: None,
        timeout_ms: None,
        memory_limit_mb: None,
        allow_impersonation: None,
        triggers: None,
        agent_tool: AgentToolChange::default(),
        deployed_by: None,
        deployed_at: Utc::now().duration_trunc(TimeDelta::microseconds(1)).unwrap(),
    }
}

/// A call that went well and took 10 ms.
pub(crate) fn record(app: &AppId, function: Uuid, started_at: DateTime<Utc>) -> InvocationRecord {
    InvocationRecord {
        id: Uuid::new_v4(),
        function_id: function,
        app_id: app.clone(),
        user_id: None,
        method: "POST".into(),
        path: "/v1/fn/hello".into(),
        status_code: Some(200),
        request_bytes: 1,
        response_bytes: 2,
        duration_ms: 10,
        cpu_us: 3,
        memory_bytes: 4,
        error: None,
        stack: None,
        started_at,
        console: Vec::new(),
        trigger: TriggerType::Http,
        acted: None,
    }
}

/// Stands between a store and its database, to take the database away.
pub(crate) struct Proxy {
    line: watch::Sender<Line>,
    _dir: TempDir,
}

#[derive(Clone, Copy, PartialEq)]
enum Line {
    Open,
    Frozen,
    Cut,
}

impl Proxy {
    /// A proxy, and how to connect through it.
    pub(crate) async fn to(options: &PgConnectOptions) -> (Self, PgConnectOptions) {
        let target = options.get_socket().unwrap().join(".s.PGSQL.5432");
        let dir = temp_dir();
        let listener = UnixListener::bind(dir.path().join(".s.PGSQL.5432")).unwrap();
        let (line, state) = watch::channel(Line::Open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (target, state) = (target.clone(), state.clone());
                tokio::spawn(async move {
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = UnixStream::connect(target).await.unwrap().into_split();
                    tokio::select! {
                        () = pump(from_client, to_server, state.clone()) => {}
                        () = pump(from_server, to_client, state.clone()) => {}
                    }
                });
            }
        });
        let through = options.clone().socket(dir.path());
        (Self { line, _dir: dir }, through)
    }

    /// Everything passes.
    pub(crate) fn open(&self) {
        self.line.send_replace(Line::Open);
    }

    /// Nothing passes, and nobody is told.
    pub(crate) fn freeze(&self) {
        self.line.send_replace(Line::Frozen);
    }

    /// Every connection is closed, at once or when it is made.
    pub(crate) fn cut(&self) {
        self.line.send_replace(Line::Cut);
    }
}

/// Copies until either end closes or the line is cut.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: watch::Receiver<Line>) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let line = *state.borrow_and_update();
        match line {
            Line::Cut => return,
            Line::Frozen => state.changed().await.unwrap(),
            Line::Open => tokio::select! {
                changed = state.changed() => changed.unwrap(),
                read = from.read(&mut buffer) => match read {
                    Ok(count @ 1..) if to.write_all(&buffer[..count]).await.is_ok() => {}
                    _ => return,
                },
            },
        }
    }
}
