//! What the tests of this crate share: one PostgreSQL per run, and a database of its own for each test.

use crate::Store;
use crate::embedded::{EmbeddedOptions, EmbeddedPostgres, PLATFORM_DATABASE};
use chrono::{DateTime, Utc};
use ramekin_model::{AppId, InvocationRecord, NewFunction, TriggerType};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use tokio::sync::Mutex;
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
        description: None,
        encrypted_env: None,
        timeout_ms: None,
        memory_limit_mb: None,
        triggers: None,
        deployed_by: None,
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
    }
}
