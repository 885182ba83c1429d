//! As whom SQL runs, what it gives, and what the server refuses.

use super::*;

const WHO: &str = "SELECT current_user || ' ' || current_setting('app.role') || ' ' \
                   || coalesce(current_setting('request.jwt.claim.sub', true), '-')";

#[tokio::test]
async fn each_role_has_its_session() {
    let rig = Rig::new().await;
    for _ in 0..2 {
        let asked = one(&rig.query(&user("u1"), WHO).await.unwrap());
        assert_eq!(asked, "butterbase_user butterbase_user u1");
        let asked = one(&rig.query(&SqlIdentity::Anon, WHO).await.unwrap());
        assert_eq!(asked.trim_end(), "butterbase_anon butterbase_anon -");
        let asked = one(&rig.service(WHO).await.unwrap());
        assert_eq!(asked.trim_end(), "butterbase_service butterbase_service -");
    }
    // With parameters it is another protocol.
    let asked = with(&format!("{WHO} || $1"), &[Some("!")]);
    let asked = rig.sessions.query(rig.app(), &user("u2"), &asked, TIME).await.unwrap();
    assert_eq!(one(&asked), "butterbase_user butterbase_user u2!");
}

#[tokio::test]
async fn the_id_of_a_user_is_text_and_nothing_else() {
    let rig = Rig::new().await;
    for id in ["", "'; RESET ROLE; --", "a\\'b", "\\", "ü 🦀", "x'||current_user||'"] {
        let asked = rig.query(&user(id), "SELECT current_setting('request.jwt.claim.sub')").await.unwrap();
        assert_eq!(one(&asked), id);
    }
    assert!(matches!(rig.query(&user("a\0b"), "SELECT 1").await, Err(SqlError::Refused(_))));
}

#[tokio::test]
async fn row_level_security_applies_to_users_and_nobody_leaves_their_role() {
    let rig = Rig::new().await;
    rig.service("INSERT INTO notes (owner, body) VALUES ('u1', 'a'), ('u2', 'b')").await.unwrap();
    assert_eq!(one(&rig.query(&user("u1"), "SELECT body FROM notes").await.unwrap()), "a");
    assert_eq!(one(&rig.service("SELECT count(*) FROM notes").await.unwrap()), "2");
    assert_eq!(one(&rig.query(&SqlIdentity::Anon, "SELECT count(*) FROM notes").await.unwrap()), "0");
    let foreign = rig.query(&user("u1"), "INSERT INTO notes (owner) VALUES ('u2')").await.unwrap_err();
    assert_eq!(foreign.field("code"), Some("42501"), "{foreign}");
    // The login is no more than its group.
    let left = rig.query(&user("u1"), "RESET ROLE; SELECT count(*) FROM notes").await.unwrap();
    assert_eq!(one(&left), "1");
    for escape in ["SET ROLE butterbase_service", "SET ROLE postgres", "SET SESSION AUTHORIZATION postgres"] {
        let refused = rig.query(&user("u1"), escape).await.unwrap_err();
        assert_eq!(refused.field("code"), Some("42501"), "{escape}: {refused}");
    }
}

#[tokio::test]
async fn an_error_of_the_server_has_its_fields_and_undoes_the_query() {
    let mut rig = Rig::new().await;
    rig.admin("CREATE TABLE once (id int CONSTRAINT only_once UNIQUE DEFERRABLE INITIALLY DEFERRED)").await;
    let error = rig.service("INSERT INTO notes (body) VALUES ('x'); SELECT 1/0").await.unwrap_err();
    assert_eq!((error.field("code"), error.field("severity")), (Some("22012"), Some("ERROR")), "{error}");
    assert_eq!(one(&rig.service("SELECT count(*) FROM notes").await.unwrap()), "0");
    let error = rig.service("SELECT * FROM missing").await.unwrap_err();
    assert_eq!(
        (error.field("position"), error.to_string()),
        (Some("15"), "relation \"missing\" does not exist".into())
    );
    // Checked when the transaction commits.
    let error = rig.service("INSERT INTO once VALUES (1), (1)").await.unwrap_err();
    assert_eq!((error.field("constraint"), error.field("table")), (Some("only_once"), Some("once")), "{error}");
    // The same where the commit goes out with the statement.
    let twice = with("INSERT INTO once SELECT $1::int FROM generate_series(1, 2)", &[Some("1")]);
    let error = rig.sessions.query(rig.app(), &SqlIdentity::Service, &twice, TIME).await.unwrap_err();
    assert_eq!(error.field("constraint"), Some("only_once"), "{error}");
    assert_eq!(one(&rig.service("SELECT count(*) FROM once").await.unwrap()), "0");
    let failing = with("SELECT 1 / $1::int", &[Some("0")]);
    let error = rig.sessions.query(rig.app(), &SqlIdentity::Service, &failing, TIME).await.unwrap_err();
    assert_eq!(error.field("code"), Some("22012"));
    assert_eq!(rig.sessions.0.counts(), (1, 1), "the session has survived all of it");
}

#[tokio::test]
async fn when_a_session_cannot_be_prepared_nothing_of_the_statement_runs() {
    let mut rig = Rig::new().await;
    let login = format!("{}_service", rig.options.get_database().unwrap());
    rig.admin("CREATE TABLE open (a int); GRANT ALL ON open TO PUBLIC").await;
    rig.admin(&format!("REVOKE butterbase_service FROM {login}")).await;
    let (text, parameters) =
        (statement("INSERT INTO open VALUES (1); SELECT 1"), with("INSERT INTO open VALUES ($1)", &[Some("2")]));
    for statement in [&text, &parameters] {
        let refused = rig.sessions.query(rig.app(), &SqlIdentity::Service, statement, TIME).await.unwrap_err();
        assert_eq!(refused.field("code"), Some("42501"), "{refused}");
        let transaction = rig.sessions.begin(rig.app(), &SqlIdentity::Service, TIME).await.unwrap();
        let refused = transaction.query(statement).await.unwrap_err();
        assert_eq!(refused.field("code"), Some("42501"), "{refused}");
        assert!(matches!(transaction.query(statement).await, Err(SqlError::Refused(_))), "it is over");
    }
    let transaction = rig.sessions.begin(rig.app(), &SqlIdentity::Service, TIME).await.unwrap();
    assert_eq!(transaction.commit().await.unwrap_err().field("code"), Some("42501"));
    rig.admin(&format!("GRANT butterbase_service TO {login}")).await;
    assert_eq!(one(&rig.service("SELECT count(*) FROM open").await.unwrap()), "0");
    assert_eq!(rig.sessions.0.counts().1, 1, "the session has survived");
}

#[tokio::test]
async fn results_and_parameters_are_text() {
    let rig = Rig::new().await;
    let rows = rig.service("SELECT 1 AS a, NULL::int8 AS b, 'x'::text AS c UNION ALL SELECT 2, 3, ''").await.unwrap();
    let columns: Vec<_> = rows.columns.iter().map(|column| (column.name.as_str(), column.type_oid)).collect();
    assert_eq!(columns, [("a", 23), ("b", 20), ("c", 25)]);
    assert_eq!((rows.count, rows.command.as_str()), (2, "SELECT 2"));
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(cells(&rows), [text("1"), None, text("x"), text("2"), text("3"), text("")]);
    let asked = with(
        "SELECT $1::int + 1, $2::timestamptz, $3::jsonb->>'a', $4::text[], $5::bytea",
        &[
            Some("41"),
            Some("2024-01-02T03:04:05.678+00:00"),
            Some("{\"a\":1}"),
            Some("{\"a b\",NULL}"),
            Some("\\x00ff"),
        ],
    );
    let rows = rig.sessions.query(rig.app(), &SqlIdentity::Service, &asked, TIME).await.unwrap();
    let expected = ["42", "2024-01-02 03:04:05.678+00", "1", "{\"a b\",NULL}", "\\x00ff"];
    assert_eq!(cells(&rows), expected.map(text));
    let nothing = rig.sessions.query(rig.app(), &SqlIdentity::Service, &with("SELECT $1::text", &[None]), TIME).await;
    assert_eq!(cells(&nothing.unwrap()), [None]);
}

#[tokio::test]
async fn the_last_of_several_statements_counts() {
    let rig = Rig::new().await;
    let rows = rig.service("SELECT 1 AS a; INSERT INTO notes (body) VALUES ('x'), ('y'); SELECT 2 AS b").await.unwrap();
    assert_eq!((rows.columns[0].name.as_str(), one(&rows)), ("b", "2".into()));
    let rows = rig.service("SELECT 1; DELETE FROM notes").await.unwrap();
    assert_eq!((rows.columns.len(), rows.command.as_str()), (0, "DELETE 2"));
    for empty in ["", ";", "-- nothing"] {
        assert_eq!(rig.service(empty).await.unwrap(), SqlRows::default(), "{empty}");
    }
    let several = with("SELECT $1::int; SELECT 2", &[Some("1")]);
    let refused = rig.sessions.query(rig.app(), &SqlIdentity::Service, &several, TIME).await.unwrap_err();
    assert_eq!(refused.field("code"), Some("42601"), "{refused}");
}

#[tokio::test]
async fn a_transaction_is_one() {
    let rig = Rig::new().await;
    let begin = || rig.sessions.begin(rig.app(), &SqlIdentity::Service, TIME);
    let count = || async { one(&rig.service("SELECT count(*) FROM notes").await.unwrap()) };
    let insert = statement("INSERT INTO notes (body) VALUES ('x')");

    let transaction = begin().await.unwrap();
    transaction.query(&insert).await.unwrap();
    assert_eq!(count().await, "0", "nobody else sees it");
    let (one_of, other) = tokio::join!(transaction.query(&insert), transaction.query(&insert));
    assert!(one_of.is_ok() && other.is_ok(), "at the same time they run one after the other");
    assert!(transaction.commit().await.unwrap());
    assert_eq!(count().await, "3");
    assert!(matches!(transaction.query(&insert).await, Err(SqlError::Refused(_))), "it is over");

    let transaction = begin().await.unwrap();
    transaction.query(&statement("DELETE FROM notes")).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(count().await, "3");

    // A statement fails: the rest does too, and COMMIT tells.
    let transaction = begin().await.unwrap();
    transaction.query(&statement("DELETE FROM notes")).await.unwrap();
    assert!(transaction.query(&statement("SELECT 1/0")).await.is_err());
    assert_eq!(transaction.query(&insert).await.unwrap_err().field("code"), Some("25P02"));
    assert!(!transaction.commit().await.unwrap());
    assert_eq!(count().await, "3");

    // Unless there is a savepoint.
    let transaction = begin().await.unwrap();
    transaction.query(&statement("SAVEPOINT a")).await.unwrap();
    assert!(transaction.query(&statement("SELECT 1/0")).await.is_err());
    transaction.query(&statement("ROLLBACK TO SAVEPOINT a")).await.unwrap();
    transaction.query(&insert).await.unwrap();
    assert!(transaction.commit().await.unwrap());
    assert_eq!(count().await, "4");

    // With nothing in it.
    assert!(begin().await.unwrap().commit().await.unwrap());
    begin().await.unwrap().rollback().await.unwrap();
    drop(begin().await.unwrap());

    // Its first statement has parameters.
    let transaction = rig.sessions.begin(rig.app(), &user("u9"), TIME).await.unwrap();
    let who = transaction.query(&with(&format!("{WHO} || $1"), &[Some("!")])).await.unwrap();
    assert_eq!(one(&who), "butterbase_user butterbase_user u9!");
    assert!(transaction.commit().await.unwrap());

    let transaction = rig.sessions.begin(rig.app(), &user("u9"), TIME).await.unwrap();
    assert_eq!(one(&transaction.query(&statement(WHO)).await.unwrap()), "butterbase_user butterbase_user u9");
    drop(transaction);
    assert_eq!(count().await, "4");
}

#[tokio::test]
async fn a_function_neither_begins_nor_ends_transactions() {
    let rig = Rig::new().await;
    let attempts = [
        "COMMIT",
        "ROLLBACK",
        "BEGIN",
        "COMMIT; INSERT INTO notes (body) VALUES ('outside')",
        "COMMIT; BEGIN; INSERT INTO notes (body) VALUES ('outside')",
        "ROLLBACK; BEGIN; SELECT current_user",
        "ROLLBACK AND CHAIN; SELECT current_user",
        "COMMIT; SELECT current_user",
        "END; START TRANSACTION",
    ];
    for sql in attempts {
        let refused = rig.service(sql).await.unwrap_err();
        assert!(matches!(&refused, SqlError::Refused(text) if text.contains("COMMIT")), "{sql}: {refused:?}");
    }
    let transaction = rig.sessions.begin(rig.app(), &SqlIdentity::Service, TIME).await.unwrap();
    assert!(matches!(transaction.query(&statement("COMMIT")).await, Err(SqlError::Refused(_))));
    assert!(matches!(transaction.query(&statement("SELECT 1")).await, Err(SqlError::Refused(_))), "it is over");
    // Whatever stood behind a COMMIT could not write.
    assert_eq!(one(&rig.service("SELECT count(*) FROM notes").await.unwrap()), "0");
    let savepoints = "SAVEPOINT a; INSERT INTO notes (body) VALUES ('x'); ROLLBACK TO SAVEPOINT a; RELEASE a; SELECT 1";
    assert_eq!(one(&rig.service(savepoints).await.unwrap()), "1", "savepoints are a function's right");
    let serializable = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SHOW transaction_isolation";
    assert_eq!(one(&rig.service(serializable).await.unwrap()), "serializable");
}

#[tokio::test]
async fn keys_are_claimed_once() {
    let rig = Rig::new().await;
    let claim = |scope: &'static str, key: &'static str, ttl| {
        let (sessions, app) = (rig.sessions.clone(), rig.app().clone());
        async move { sessions.claim(&app, scope, key, ttl, TIME).await }
    };
    assert!(claim("default", "it's", None).await.unwrap());
    assert!(!claim("default", "it's", None).await.unwrap());
    assert!(claim("other", "it's", Some(3600)).await.unwrap());
    assert!(!claim("other", "it's", None).await.unwrap());
    assert!(matches!(claim("a\0", "b", None).await, Err(SqlError::Refused(_))));
    // An expired key can be claimed again, by one.
    rig.service("DELETE FROM _idempotency_keys; INSERT INTO _idempotency_keys VALUES ('k', 's', now(), now())")
        .await
        .unwrap();
    for key in ["fresh", "k"] {
        let claims = (0..64).map(|_| claim("s", key, Some(3600)));
        let won = futures::future::try_join_all(claims).await.unwrap();
        assert_eq!(won.iter().filter(|&&won| won).count(), 1, "{key}");
    }
    let left =
        rig.service("SELECT extract(epoch FROM expires_at - now()) > 3590 FROM _idempotency_keys WHERE key = 'k'");
    assert_eq!(one(&left.await.unwrap()), "t");
    let foreign = rig.query(&user("u"), "SELECT * FROM _idempotency_keys").await.unwrap_err();
    assert_eq!(foreign.field("code"), Some("42501"));
}
