//! A session keeps nothing of the call that used it.

use super::*;

/// One connection per role, so that the next query has the session of the last.
fn single() -> SessionsOptions {
    SessionsOptions { connections: 1, ..SessionsOptions::default() }
}

/// Of this database: other tests use the same server.
const ADVISORY_LOCKS: &str = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' \
                              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

#[tokio::test]
async fn nothing_of_a_query_is_left_to_the_next() {
    let mut rig = Rig::with(1, single()).await;
    rig.admin("CREATE SEQUENCE counter; GRANT ALL ON counter TO butterbase_service").await;
    let pid = one(&rig.service("SELECT pg_backend_pid()").await.unwrap());
    for (leave, look, clean) in [
        ("SET search_path = pg_catalog", "SHOW search_path", "public"),
        ("SET lock_timeout = 5", "SHOW lock_timeout", "0"),
        ("SET TimeZone = 'Asia/Tokyo'", "SHOW TimeZone", "UTC"),
        ("SET DateStyle = 'German'", "SELECT DATE '2024-01-02'", "2024-01-02"),
        ("SET bytea_output = 'escape'", "SELECT '\\x00'::bytea", "\\x00"),
        ("SET extra_float_digits = -10", "SELECT 0.1::float8 + 0.2", "0.30000000000000004"),
        ("SET app.mine = 'secret'", "SELECT coalesce(current_setting('app.mine', true), '')", ""),
        ("SELECT set_config('request.jwt.claim.sub', 'u1', false)", "SELECT coalesce(current_user_id(), '-')", "-"),
        ("SET SESSION default_transaction_isolation = 'serializable'", "SHOW transaction_isolation", "read committed"),
        ("SET ROLE NONE", "SELECT current_user", "butterbase_service"),
        ("CREATE TEMP TABLE leak AS SELECT 1", "SELECT coalesce(to_regclass('leak')::text, 'gone')", "gone"),
        (
            "CREATE TEMP TABLE notes AS SELECT 'forged'::text AS body",
            "SELECT count(*) FROM notes WHERE body = 'forged'",
            "0",
        ),
        ("PREPARE p AS SELECT 1", "SELECT count(*) FROM pg_prepared_statements", "0"),
        ("DECLARE c CURSOR WITH HOLD FOR SELECT 1", "SELECT count(*) FROM pg_cursors", "0"),
        ("LISTEN everything", "SELECT count(*) FROM pg_listening_channels()", "0"),
        ("SELECT pg_advisory_lock(7)", ADVISORY_LOCKS, "0"),
    ] {
        rig.service(leave).await.unwrap_or_else(|error| panic!("{leave}: {error}"));
        assert_eq!(one(&rig.service(look).await.unwrap()), clean, "after {leave}");
    }
    rig.service("SELECT nextval('counter')").await.unwrap();
    assert_eq!(rig.service("SELECT currval('counter')").await.unwrap_err().field("code"), Some("55000"));
    // All of it in one session, which a failing query does not end either.
    assert!(rig.service("CREATE TEMP TABLE leak (a int); SET app.mine = 'x'; SELECT 1/0").await.is_err());
    assert_eq!(one(&rig.service("SELECT pg_backend_pid()").await.unwrap()), pid);
}

/// A statement with parameters goes out together with its end and the cleaning.
#[tokio::test]
async fn nor_of_a_statement_with_parameters() {
    let mut rig = Rig::with(1, single()).await;
    rig.admin(
        "CREATE SEQUENCE counter; GRANT ALL ON counter TO butterbase_service;
         CREATE FUNCTION leave(what text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE what; RETURN 1; END $$",
    )
    .await;
    let pid = one(&rig.service("SELECT pg_backend_pid()").await.unwrap());
    let state = "SELECT current_setting('search_path') || coalesce(current_setting('app.mine', true), '')
        || current_user || coalesce(to_regclass('leak')::text, '')
        || (SELECT count(*) FROM pg_prepared_statements) || (SELECT count(*) FROM pg_listening_channels())";
    let before = one(&rig.service(state).await.unwrap());
    for leave in [
        "SET search_path = pg_catalog",
        "SET app.mine = 'secret'",
        "SET ROLE NONE",
        "RESET ROLE",
        "CREATE TEMP TABLE leak AS SELECT 1",
        "PREPARE p AS SELECT 1",
        "LISTEN everything",
        "SELECT pg_advisory_lock(9)",
    ] {
        for left in ["SELECT leave($1)", "SELECT 1 / (leave($1) - 1)"] {
            let left = rig.sessions.query(rig.app(), &SqlIdentity::Service, &with(left, &[Some(leave)]), TIME).await;
            if let Err(error) = left {
                assert_eq!(error.field("code"), Some("22012"), "{leave}: {error}");
            }
            assert_eq!(one(&rig.service(state).await.unwrap()), before, "after {leave}");
            assert_eq!(one(&rig.service(ADVISORY_LOCKS).await.unwrap()), "0", "after {leave}");
        }
    }
    let next = with("SELECT nextval($1::regclass)", &[Some("counter")]);
    rig.sessions.query(rig.app(), &SqlIdentity::Service, &next, TIME).await.unwrap();
    for last in ["SELECT lastval()", "SELECT currval('counter')"] {
        assert_eq!(rig.service(last).await.unwrap_err().field("code"), Some("55000"));
    }
    assert_eq!(one(&rig.service("SELECT pg_backend_pid()").await.unwrap()), pid, "all of it in one session");
}

#[tokio::test]
async fn nor_of_a_transaction_or_of_sql_behind_a_commit() {
    let rig = Rig::with(1, SessionsOptions { connections: 4, ..SessionsOptions::default() }).await;
    let dirt = "SET app.mine = 'secret'; CREATE TEMP TABLE leak AS SELECT 1; SELECT pg_advisory_lock(8)";
    for commit in [true, false] {
        let transaction = rig.sessions.begin(rig.app(), &SqlIdentity::Service, TIME).await.unwrap();
        transaction.query(&statement(dirt)).await.unwrap();
        if commit {
            transaction.commit().await.unwrap();
        } else {
            transaction.rollback().await.unwrap();
        }
        look(&rig).await;
    }
    for sql in [format!("COMMIT; BEGIN READ WRITE; {dirt}"), format!("{dirt}; COMMIT; BEGIN")] {
        assert!(rig.service(&sql).await.is_err());
        look(&rig).await;
    }
}

async fn look(rig: &Rig) {
    let state = "SELECT coalesce(current_setting('app.mine', true), '') || coalesce(to_regclass('leak')::text, '') \
                 AS state";
    assert_eq!(one(&rig.service(state).await.unwrap()), "");
    assert_eq!(one(&rig.service(ADVISORY_LOCKS).await.unwrap()), "0");
}

#[tokio::test]
async fn a_notification_or_notice_disturbs_nobody() {
    let rig = Rig::with(1, single()).await;
    for _ in 0..3 {
        rig.service("LISTEN a; NOTIFY a, 'x'; DO $$ BEGIN RAISE WARNING 'w'; END $$").await.unwrap();
        assert_eq!(one(&rig.service("SELECT 1").await.unwrap()), "1");
    }
}

#[tokio::test]
async fn copy_is_refused_and_costs_the_session() {
    let rig = Rig::new().await;
    for sql in [
        "CREATE TEMP TABLE t (a text); COPY t FROM STDIN",
        "COPY notes TO STDOUT",
        "SELECT 1; COPY (SELECT 1) TO STDOUT; SELECT 2",
    ] {
        let refused = rig.service(sql).await.unwrap_err();
        assert!(matches!(&refused, SqlError::Refused(text) if text.contains("COPY")), "{sql}: {refused:?}");
        assert_eq!(one(&rig.service("SELECT 1").await.unwrap()), "1");
    }
}
