use super::{CLOSE_TIMEOUT, Store};
use crate::StoreError;
use crate::testing::{Proxy, database, store};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Executor as _};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt as _;

const PASSWORD: &str = "hunter2canary";

/// Whether a text that people will see keeps the password to itself.
fn is_discreet(error: &StoreError) -> bool {
    !format!("{error} {error:?}").contains(PASSWORD)
}

#[tokio::test]
async fn a_database_that_is_not_there_is_unavailable() {
    let nothing = tempfile::tempdir().unwrap();
    let socket = PgConnectOptions::new_without_pgpass().socket(nothing.path()).username("u").database("d");
    let error = Store::connect(socket, 2).await.unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    assert!(error.to_string().contains(nothing.path().to_str().unwrap()), "{error}");

    // Port 1 of the loopback interface is closed on any machine that runs tests.
    let error = Store::connect_url(&format!("postgres://u:{PASSWORD}@127.0.0.1:1/platform"), 2).await.unwrap_err();
    assert!(error.is_unavailable() && is_discreet(&error), "{error}");
    assert!(error.to_string().contains("127.0.0.1:1 (database `platform`)"), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_database_that_never_answers_is_unavailable() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://u:{PASSWORD}@{}/d", silent.local_addr().unwrap());
    let begun = Instant::now();
    let error = Store::connect_url(&url, 2).await.unwrap_err();
    assert!(error.is_unavailable() && is_discreet(&error), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(8));
}

#[tokio::test]
async fn wrong_credentials_are_a_matter_of_configuration() {
    let options = database().await;
    let wrong =
        [options.clone().password(PASSWORD), options.clone().database("no_such"), options.username("nobody_here")];
    for options in wrong {
        let error = Store::connect(options, 2).await.unwrap_err();
        assert!(matches!(error, StoreError::Config(_)) && is_discreet(&error), "{error}");
    }
    for url in [format!("http://u:{PASSWORD}@host/d"), PASSWORD.to_owned(), format!("postgres://u:{PASSWORD}@host:x/d")]
    {
        let error = Store::connect_url(&url, 2).await.unwrap_err();
        assert!(matches!(error, StoreError::Config(_)) && is_discreet(&error), "{error}");
    }
}

#[tokio::test]
async fn a_store_tells_a_lost_database_from_a_refusal_and_recovers() {
    let (proxy, options) = Proxy::to(&database().await).await;
    let store = Store::connect(options, 4).await.unwrap();
    store.migrate().await.unwrap();
    store.ping().await.unwrap();
    proxy.cut();
    for _ in 0..3 {
        let error = store.ping().await.unwrap_err();
        assert!(error.is_unavailable(), "{error}");
        let error = store.functions().all().await.unwrap_err();
        assert!(error.is_unavailable(), "{error}");
    }
    proxy.open();
    store.ping().await.unwrap();
    proxy.freeze();
    let error = store.ping().await.unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    proxy.open();
    store.ping().await.unwrap();

    let refused = sqlx::query("SELECT * FROM no_such_table").execute(&store.pool).await.unwrap_err();
    let refused = StoreError::from(refused);
    assert!(matches!(&refused, StoreError::Statement { sqlstate: Some(state), .. } if state == "42P01"), "{refused}");
    assert!(!refused.is_unavailable());
    store.close().await;
    assert!(store.ping().await.unwrap_err().is_unavailable());
}

#[tokio::test]
async fn a_connection_that_answers_nothing_does_not_hold_up_the_end() {
    let (proxy, options) = Proxy::to(&database().await).await;
    let store = Store::connect(options, 2).await.unwrap();
    let mut connection = store.pool.acquire().await.unwrap();
    proxy.freeze();
    let waiting = tokio::spawn(async move { connection.execute("SELECT 1").await });
    let begun = Instant::now();
    store.close().await;
    assert!((CLOSE_TIMEOUT..CLOSE_TIMEOUT * 2).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    assert!(!waiting.is_finished());
    waiting.abort();
}

#[tokio::test]
async fn a_full_pool_is_unavailable() {
    let store = Store::connect(database().await, 1).await.unwrap();
    let held = store.pool.acquire().await.unwrap();
    assert!(store.ping().await.unwrap_err().is_unavailable());
    drop(held);
    store.ping().await.unwrap();
}

#[tokio::test]
async fn queries_end_though_nobody_waits_for_them() {
    let store = store().await;
    let settings: (String, String) = sqlx::query_as(
        "SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')",
    )
    .fetch_one(&store.pool)
    .await
    .unwrap();
    assert_eq!(settings, ("30s".into(), "1min".into()));
}

#[tokio::test]
async fn servers_that_start_at_once_migrate_one_after_another() {
    let options = database().await;
    let starts = (0..8).map(|_| {
        let options = options.clone();
        tokio::spawn(async move {
            let store = Store::connect(options, 2).await.unwrap();
            store.migrate().await.unwrap();
            store.users().ensure_owner().await.unwrap()
        })
    });
    let mut owners = Vec::new();
    for start in starts.collect::<Vec<_>>() {
        owners.push(start.await.unwrap());
    }
    owners.dedup();
    assert_eq!(owners.len(), 1, "all found the same owner");
}

#[tokio::test]
async fn a_changed_migration_stops_the_start() {
    let store = store().await;
    store.migrate().await.unwrap();
    sqlx::query("UPDATE ramekin.schema_migrations SET checksum = '\\x00'").execute(&store.pool).await.unwrap();
    let error = store.migrate().await.unwrap_err();
    assert!(matches!(&error, StoreError::Migration(_)), "{error}");
    assert!(error.to_string().contains("migration 1 of this server is not the one that was applied"), "{error}");
}

#[tokio::test]
async fn a_role_that_may_not_create_the_schema_is_told_so() {
    let options = database().await;
    let store = Store::connect(options.clone(), 2).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!(
        "REVOKE CREATE ON DATABASE {0} FROM {1}",
        options.get_database().unwrap(),
        options.get_username()
    )))
    .execute(&store.pool)
    .await
    .unwrap();
    let error = store.migrate().await.unwrap_err();
    assert!(matches!(&error, StoreError::Migration(why) if why.contains("permission denied")), "{error}");
}

#[tokio::test]
async fn a_server_of_something_else_is_a_matter_of_configuration() {
    let http = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://u:{PASSWORD}@{}/d", http.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut connection, _) = http.accept().await.unwrap();
        connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let error = Store::connect_url(&url, 2).await.unwrap_err();
    assert!(matches!(error, StoreError::Config(_)) && is_discreet(&error), "{error}");
}

#[tokio::test]
async fn a_newer_schema_does_not_stop_the_previous_release() {
    let store = store().await;
    let newer = "INSERT INTO ramekin.schema_migrations SELECT 9999, 'newer', now(), true, checksum, 0
                 FROM ramekin.schema_migrations LIMIT 1";
    sqlx::query(newer).execute(&store.pool).await.unwrap();
    store.migrate().await.unwrap();
}

#[tokio::test]
async fn everything_is_in_one_schema_and_says_what_it_is() {
    let store = store().await;
    let elsewhere: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
         WHERE nspname NOT IN ('ramekin', 'pg_catalog', 'information_schema', 'pg_toast')",
    )
    .fetch_all(&store.pool)
    .await
    .unwrap();
    assert_eq!(elsewhere, [""; 0]);
    let silent: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'ramekin'::regnamespace AND relkind = 'r'
         AND relname <> 'schema_migrations' AND obj_description(oid, 'pg_class') IS NULL",
    )
    .fetch_all(&store.pool)
    .await
    .unwrap();
    assert_eq!(silent, [""; 0], "tables without a comment");
}
