mod escapes;

use super::AppDatabases;
use crate::testing::{Proxy, database, new_function, record, store, store_with_app};
use crate::{Change, NewAppUser, Sessions, SessionsOptions, Store, StoreError};
use ramekin_model::{
    AppId, DatabaseAccess, DatabaseHost, DatabaseRole, DatabaseTls, KeyScope, Provisioning, PublicKey, Secret,
    SigningKey, SqlIdentity, SqlStatement,
};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection};
use std::sync::Arc;
use std::time::{Duration, Instant};

const SECRET: Secret<[u8; 32]> = Secret::new([5; 32]);

/// Options for a described login.
fn options(access: &DatabaseAccess) -> PgConnectOptions {
    let DatabaseHost::Socket(dir) = &access.host else { panic!("{access:?}") };
    PgConnectOptions::new_without_pgpass()
        .socket(dir)
        .port(access.port)
        .username(&access.login)
        .password(access.password.expose())
        .database(&access.database)
        .ssl_mode(PgSslMode::Disable)
}

async fn login(databases: &AppDatabases, app: &AppId, role: DatabaseRole) -> PgConnection {
    options(&databases.access(app, role).await.unwrap()).connect().await.unwrap()
}

async fn refused(connection: &mut PgConnection, statement: &str) -> String {
    let error = connection.execute(AssertSqlSafe(statement.to_owned())).await.err();
    let error = error.unwrap_or_else(|| panic!("`{statement}` was not refused"));
    error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned()
}

async fn states(databases: &AppDatabases, app: &AppId) -> Provisioning {
    databases.states(std::slice::from_ref(app)).await.unwrap().remove(0)
}

#[tokio::test]
async fn an_app_gets_a_database_of_its_own() {
    let (store, app) = store_with_app().await;
    let databases = store.app_databases(SECRET);
    assert_eq!(states(&databases, &app).await, Provisioning::Pending);
    assert_eq!(databases.pending().await.unwrap(), std::slice::from_ref(&app));
    let begun = Instant::now();
    databases.provision(&app).await.unwrap();
    println!("provisioned in {:?}", begun.elapsed());
    assert_eq!(states(&databases, &app).await, Provisioning::Ready);
    assert_eq!(databases.pending().await.unwrap(), []);
    let access = databases.access(&app, DatabaseRole::User).await.unwrap();
    assert_eq!((access.database.as_str(), access.login), (app.as_str(), format!("{app}_user")));
    assert_eq!((access.port, access.tls), (5432, DatabaseTls::Off));
    for role in DatabaseRole::ALL {
        let mut session = login(&databases, &app, role).await;
        let (user, database, id): (String, String, Option<String>) =
            sqlx::query_as("SELECT user::text, current_database()::text, current_user_id()")
                .fetch_one(&mut session)
                .await
                .unwrap();
        assert_eq!((user, database.as_str(), id), (role.login(&app), app.as_str(), None));
    }
}

#[tokio::test]
async fn roles_are_what_they_are_and_no_more() {
    let (store, app) = store_with_app().await;
    let databases = store.app_databases(SECRET);
    databases.provision(&app).await.unwrap();
    let privileged: Vec<String> = sqlx::query_scalar(
        "SELECT rolname::text FROM pg_roles WHERE (rolname LIKE $1 || '%' OR rolname LIKE 'butterbase%')
         AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication OR NOT rolinherit)",
    )
    .bind(app.as_str())
    .fetch_all(&store.pool)
    .await
    .unwrap();
    assert_eq!(privileged, [""; 0]);
    let groups: Vec<(String, bool, Vec<String>)> = sqlx::query_as(
        "SELECT l.rolname::text, l.rolcanlogin, coalesce(array_agg(g.rolname::text) FILTER (WHERE g.oid IS NOT NULL), '{}')
         FROM pg_roles l LEFT JOIN pg_auth_members m ON m.member = l.oid LEFT JOIN pg_roles g ON g.oid = m.roleid
         WHERE l.rolname LIKE $1 || '%' OR l.rolname LIKE 'butterbase%' GROUP BY 1, 2 ORDER BY 1",
    )
    .bind(app.as_str())
    .fetch_all(&store.pool)
    .await
    .unwrap();
    let expected = [
        (format!("{app}_anon"), true, vec!["butterbase_anon".to_owned()]),
        (format!("{app}_owner"), true, vec![]),
        (format!("{app}_service"), true, vec!["butterbase_service".to_owned()]),
        (format!("{app}_user"), true, vec!["butterbase_user".to_owned()]),
        ("butterbase_anon".to_owned(), false, vec![]),
        ("butterbase_service".to_owned(), false, vec![]),
        ("butterbase_user".to_owned(), false, vec![]),
    ];
    assert_eq!(groups, expected);
    let platform = databases.options();
    for role in DatabaseRole::ALL {
        let access = databases.access(&app, role).await.unwrap();
        for elsewhere in [platform.get_database().unwrap(), "postgres", "template1", "ramekin"] {
            let error = options(&access).database(elsewhere).connect().await.unwrap_err();
            let code = error.as_database_error().and_then(|error| error.code()).unwrap().into_owned();
            assert_eq!(code, "42501", "{elsewhere}: {error}");
        }
    }
}

#[tokio::test]
async fn each_role_sees_what_it_should() {
    let (store, app) = store_with_app().await;
    let databases = store.app_databases(SECRET);
    let mut owner = login(&databases, &app, DatabaseRole::Owner).await;
    owner
        .execute(
            "CREATE TABLE public.notes (id bigserial PRIMARY KEY, owner text, body text);
             INSERT INTO notes (owner, body) VALUES ('u1', 'one'), ('u2', 'two');
             ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY;
             CREATE POLICY mine ON notes TO butterbase_user USING (owner = current_user_id());
             CREATE POLICY all_of_them ON notes TO butterbase_service USING (true) WITH CHECK (true)",
        )
        .await
        .unwrap();
    for (role, set, rows) in [
        (DatabaseRole::Service, "SELECT 1", 2),
        (DatabaseRole::User, "SELECT 1", 0),
        (DatabaseRole::User, "SELECT set_config('request.jwt.claim.sub', 'u1', false)", 1),
        (DatabaseRole::User, "SELECT set_config('request.jwt.claim.sub', '', false)", 0),
        (DatabaseRole::Anon, "SELECT set_config('request.jwt.claim.sub', 'u1', false)", 0),
        (DatabaseRole::Owner, "SELECT 1", 0),
    ] {
        let mut session = login(&databases, &app, role).await;
        session.execute(set).await.unwrap();
        let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM notes").fetch_one(&mut session).await.unwrap();
        assert_eq!(seen, rows, "{role:?} after {set}");
        if role != DatabaseRole::Owner {
            assert_eq!(refused(&mut session, "CREATE TABLE other (id int)").await, "42501");
            assert_eq!(refused(&mut session, "ALTER TABLE notes DISABLE ROW LEVEL SECURITY").await, "42501");
            assert_eq!(refused(&mut session, "TRUNCATE notes").await, "42501");
            assert_eq!(refused(&mut session, "SELECT * FROM ramekin_app.schema_migrations").await, "42501");
            assert_eq!(refused(&mut session, "SELECT * FROM _ai_migrations").await, "42501");
        }
    }
    let mut service = login(&databases, &app, DatabaseRole::Service).await;
    service.execute("INSERT INTO notes (owner, body) VALUES ('u3', 'three')").await.unwrap();
    service.execute("INSERT INTO _idempotency_keys (key) VALUES ('k'); DELETE FROM _idempotency_keys").await.unwrap();
    assert_eq!(refused(&mut service, "UPDATE _idempotency_keys SET key = 'x'").await, "42501");
    for role in [DatabaseRole::User, DatabaseRole::Anon] {
        let mut session = login(&databases, &app, role).await;
        for statement in ["SELECT * FROM _idempotency_keys", "INSERT INTO _idempotency_keys (key) VALUES ('k')"] {
            assert_eq!(refused(&mut session, statement).await, "42501", "{role:?}");
        }
    }
    assert_eq!(refused(&mut owner, "DELETE FROM ramekin_app.schema_migrations").await, "42501");
    assert_eq!(refused(&mut owner, "CREATE TABLE ramekin_app.x (id int)").await, "42501");
    assert_eq!(refused(&mut owner, "CREATE TEMP TABLE x (id int)").await, "42501");
}

#[tokio::test]
async fn statements_of_functions_run_as_their_group() {
    let (store, app) = store_with_app().await;
    let databases = store.app_databases(SECRET);
    let sessions = Sessions::new(Arc::new(databases), SessionsOptions::default());
    for identity in [SqlIdentity::User("u1".into()), SqlIdentity::Service, SqlIdentity::Anon] {
        let ask = "SELECT current_user || ' in the session of ' || session_user";
        let statement = SqlStatement { text: ask.into(), parameters: Vec::new() };
        let rows = sessions.query(&app, &identity, &statement, Duration::from_secs(30)).await.unwrap();
        let role = identity.role();
        let expected = format!("{} in the session of {}", role.group().unwrap(), role.login(&app));
        assert!(String::from_utf8_lossy(&rows.cells).ends_with(&expected), "{identity:?}: {rows:?}");
    }
    sessions.close().await;
}

#[tokio::test]
async fn servers_that_provision_at_once_take_turns() {
    let (store, app) = store_with_app().await;
    let options = (*store.pool.connect_options()).clone();
    let servers = (0..6).map(|_| {
        let (options, app) = (options.clone(), app.clone());
        tokio::spawn(async move {
            let store = Store::connect(options, 2).await.unwrap();
            let databases = store.app_databases(SECRET);
            // Several uses of one server, too.
            let uses = (0..3).map(|_| {
                let (databases, app) = (databases.clone(), app.clone());
                tokio::spawn(async move { databases.provision(&app).await })
            });
            for made in uses.collect::<Vec<_>>() {
                made.await.unwrap().unwrap();
            }
            login(&databases, &app, DatabaseRole::Anon).await;
        })
    });
    for server in servers.collect::<Vec<_>>() {
        server.await.unwrap();
    }
    let mut owner = login(&store.app_databases(SECRET), &app, DatabaseRole::Owner).await;
    let ask = "SELECT count(*) FROM ramekin_app.schema_migrations";
    let applied: i64 = sqlx::query_scalar(ask).fetch_one(&mut owner).await.unwrap();
    assert_eq!(applied, super::lineage::newest());
}

#[tokio::test]
async fn many_apps_at_once() {
    let store = store().await;
    let owner = store.users().ensure_owner().await.unwrap();
    let databases = store.app_databases(SECRET);
    let mut all = Vec::new();
    for at in 0..6 {
        let (app, _) = store.apps().create(owner, &format!("a{at}")).await.unwrap();
        let databases = databases.clone();
        all.push(tokio::spawn(async move { databases.provision(&app.id).await }));
    }
    for one in all {
        one.await.unwrap().unwrap();
    }
    assert_eq!(databases.pending().await.unwrap(), []);
}

#[tokio::test]
async fn what_was_left_half_way_is_finished() {
    let (store, app) = store_with_app().await;
    // As after a crash: roles without passwords, a database that nobody may enter, a row that says so.
    store
        .pool
        .execute(AssertSqlSafe(format!("CREATE ROLE \"{app}_user\" NOLOGIN; CREATE ROLE \"{app}_owner\"")))
        .await
        .unwrap();
    let create = format!("CREATE DATABASE \"{app}\" TEMPLATE template0 ALLOW_CONNECTIONS false");
    store.pool.execute(AssertSqlSafe(create)).await.unwrap();
    let row = "INSERT INTO ramekin.app_databases (app_id, db_name, status) VALUES ($1, $1, 'provisioning')";
    sqlx::query(row).bind(app.as_str()).execute(&store.pool).await.unwrap();
    let databases = store.app_databases(SECRET);
    assert_eq!(states(&databases, &app).await, Provisioning::Pending);
    databases.provision(&app).await.unwrap();
    for role in DatabaseRole::ALL {
        login(&databases, &app, role).await;
    }
}

#[tokio::test]
async fn a_login_that_spoils_itself_is_set_up_again() {
    let (store, app) = store_with_app().await;
    let databases = store.app_databases(SECRET);
    let mut session = login(&databases, &app, DatabaseRole::Anon).await;
    let spoil = format!(
        "ALTER ROLE \"{app}_anon\" SET search_path = nowhere; ALTER ROLE \"{app}_anon\" IN DATABASE \"{app}\" SET
         statement_timeout = 1; ALTER ROLE \"{app}_anon\" PASSWORD 'mine'"
    );
    session.execute(AssertSqlSafe(spoil)).await.unwrap();
    let access = databases.access(&app, DatabaseRole::Anon).await.unwrap();
    options(&access).connect().await.unwrap_err();
    databases.renew(&app).await.unwrap();
    let mut session = options(&access).connect().await.unwrap();
    let settings: (String, String) =
        sqlx::query_as("SELECT current_setting('search_path'), current_setting('statement_timeout')")
            .fetch_one(&mut session)
            .await
            .unwrap();
    assert_eq!(settings, ("\"$user\", public".into(), "0".into()));
    // The owner's own sessions do this by themselves.
    let mut owner = login(&databases, &app, DatabaseRole::Owner).await;
    let spoil = format!("ALTER ROLE \"{app}_owner\" PASSWORD 'mine'");
    owner.execute(AssertSqlSafe(spoil)).await.unwrap();
    databases.0.places.lock().unwrap().clear();
    databases.owner_session(&app).await.unwrap().close().await;
}

#[tokio::test]
async fn another_secret_gives_other_passwords() {
    let (store, app) = store_with_app().await;
    store.app_databases(SECRET).provision(&app).await.unwrap();
    let other = store.app_databases(Secret::new([6; 32]));
    assert_eq!(other.pending().await.unwrap(), std::slice::from_ref(&app));
    login(&other, &app, DatabaseRole::Service).await;
    assert_eq!(other.pending().await.unwrap(), []);
}

#[tokio::test]
async fn what_is_no_app_has_no_database() {
    let store = store().await;
    let databases = store.app_databases(SECRET);
    let nobody = AppId::random().unwrap();
    assert_eq!(databases.provision(&nobody).await.unwrap_err(), StoreError::Missing("app of the database"));
    let ask = "SELECT count(*) FROM pg_database WHERE datname = $1";
    let made: i64 = sqlx::query_scalar(ask).bind(nobody.as_str()).fetch_one(&store.pool).await.unwrap();
    assert_eq!(made, 0);
    assert!(databases.0.places.lock().unwrap().is_empty());
    databases.remove(&nobody).await.unwrap();
}

#[tokio::test]
async fn a_removed_database_is_gone_whoever_uses_it() {
    let (store, app) = store_with_app().await;
    let databases = store.app_databases(SECRET);
    let mut user = login(&databases, &app, DatabaseRole::User).await;
    user.execute("SELECT lo_create(0)").await.unwrap();
    let unfinished = store.apps().get(&app).await.unwrap().unwrap();
    let delete = "DELETE FROM ramekin.apps WHERE id = $1";
    let early = sqlx::query(delete).bind(unfinished.id.as_str()).execute(&store.pool).await.unwrap_err();
    assert!(StoreError::from(early).is_foreign_key(), "an app is not deleted before its database");
    databases.remove(&app).await.unwrap();
    user.execute("SELECT 1").await.unwrap_err();
    let left: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM pg_roles WHERE rolname LIKE $1 || '%') + (SELECT count(*) FROM pg_database WHERE datname = $1)",
    )
    .bind(app.as_str())
    .fetch_one(&store.pool)
    .await
    .unwrap();
    assert_eq!(left, 0);
    assert_eq!(states(&databases, &app).await, Provisioning::Pending);
    databases.remove(&app).await.unwrap();
    databases.provision(&app).await.unwrap();
}

/// Rows of an app, in every table that has any.
const ROWS: &str = "SELECT ARRAY[
    (SELECT count(*) FROM ramekin.apps WHERE id = $1), (SELECT count(*) FROM ramekin.app_databases WHERE app_id = $1),
    (SELECT count(*) FROM ramekin.functions WHERE app_id = $1), (SELECT count(*) FROM ramekin.api_keys WHERE app_id = $1),
    (SELECT count(*) FROM ramekin.app_env_vars WHERE app_id = $1), (SELECT count(*) FROM ramekin.app_users WHERE app_id = $1),
    (SELECT count(*) FROM ramekin.app_signing_keys WHERE app_id = $1)]";
/// Rows that belong to functions and users of any app.
const DEPENDENT: &str = "SELECT ARRAY[(SELECT count(*) FROM ramekin.function_triggers),
    (SELECT count(*) FROM ramekin.function_invocations), (SELECT count(*) FROM ramekin.function_hours),
    (SELECT count(*) FROM ramekin.app_refresh_tokens)]";

/// Gives an app one of everything.
async fn fill(store: &Store, databases: &AppDatabases, app: &AppId) {
    databases.provision(app).await.unwrap();
    let function = store.functions().deploy(app, &new_function("hello")).await.unwrap();
    store.invocations().record(&[record(app, function.id, chrono::Utc::now())]).await.unwrap();
    let owner = store.users().ensure_owner().await.unwrap();
    let hash = app.as_str().bytes().map(|byte| format!("{byte:04x}")).collect::<String>();
    store.keys().create_by(owner, "key", &KeyScope::App(app.clone()), &hash, "bb_sk_000000", None).await.unwrap();
    assert!(store.settings().replace_env(app, None, "sealed", None, None).await.unwrap());
    let public = PublicKey { kid: "k".into(), modulus: "n".into(), exponent: "AQAB".into() };
    let key = SigningKey { public, encrypted_private: "sealed".into() };
    assert!(store.settings().add_signing_key(app, &key).await.unwrap());
    let new = NewAppUser { email: "a@example.org", password_hash: "hash", display_name: None };
    let user = store.app_users().create(app, &new).await.unwrap().unwrap();
    store.app_users().sign_in(user.id, &hash).await.unwrap();
}

#[tokio::test]
async fn a_deleted_app_leaves_nothing_and_every_server_is_told() {
    let (store, app) = store_with_app().await;
    let owner = store.users().ensure_owner().await.unwrap();
    let (other, _) = store.apps().create(owner, "other").await.unwrap();
    let databases = store.app_databases(SECRET);
    for app in [&app, &other.id] {
        fill(&store, &databases, app).await;
    }
    let rows = async |app: &AppId| -> Vec<i64> {
        sqlx::query_scalar(ROWS).bind(app.as_str()).fetch_one(&store.pool).await.unwrap()
    };
    assert_eq!(rows(&app).await, [1_i64; 7]);
    // A server that knows the database, and one that is using it.
    let elsewhere = Store::connect((*store.pool.connect_options()).clone(), 2).await.unwrap();
    let mut changes = elsewhere.changes().await.unwrap();
    let knowing = elsewhere.app_databases(SECRET);
    let mut user = login(&knowing, &app, DatabaseRole::User).await;
    assert!(databases.delete_app(&app).await.unwrap());
    assert_eq!((rows(&app).await, rows(&other.id).await), (vec![0; 7], vec![1; 7]));
    let dependent: Vec<i64> = sqlx::query_scalar(DEPENDENT).fetch_one(&store.pool).await.unwrap();
    assert_eq!(dependent, [1_i64; 4], "those of the other app are left");
    let told = tokio::time::timeout(Duration::from_secs(10), changes.next()).await.unwrap();
    assert_eq!(told, Change::App { app: app.clone() });
    user.execute("SELECT 1").await.unwrap_err();
    // Nobody makes its database again, and it is not deleted twice.
    let missing = StoreError::Missing("app of the database");
    assert_eq!(databases.provision(&app).await.unwrap_err(), missing);
    assert_eq!(knowing.renew(&app).await.unwrap_err(), missing);
    assert_eq!(databases.pending().await.unwrap(), []);
    assert!(!databases.delete_app(&app).await.unwrap());
    let (again, created) = store.apps().create(owner, "app").await.unwrap();
    assert!(created && again.id != app, "its name is free");
    login(&databases, &other.id, DatabaseRole::Owner).await;
}

#[tokio::test]
async fn who_wants_a_database_while_its_app_is_deleted_finds_no_app() {
    let (store, app) = store_with_app().await;
    let databases = store.app_databases(SECRET);
    databases.provision(&app).await.unwrap();
    let elsewhere = store.app_databases(SECRET);
    let delete = databases.delete_app(&app);
    let renew = async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        elsewhere.renew(&app).await
    };
    let (deleted, renewed) = tokio::join!(delete, renew);
    assert!(deleted.unwrap());
    // Whoever of the two was first: afterwards there is neither app nor database.
    assert!(matches!(renewed, Ok(()) | Err(StoreError::Missing(_))), "{renewed:?}");
    let ask = "SELECT count(*) FROM pg_database WHERE datname = $1";
    let left: i64 = sqlx::query_scalar(ask).bind(app.as_str()).fetch_one(&store.pool).await.unwrap();
    assert_eq!((left, store.apps().get(&app).await.unwrap()), (0, None));
}

#[tokio::test]
async fn a_role_that_may_not_is_told_what_to_run_and_tried_again() {
    let (store, app) = store_with_app().await;
    // A role of its own that owns the platform database and may create nothing.
    let platform = (*store.pool.connect_options()).clone();
    let (name, database) = (format!("poor_{app}"), platform.get_database().unwrap().to_owned());
    store
        .pool
        .execute(AssertSqlSafe(format!(
            "CREATE ROLE \"{name}\" LOGIN PASSWORD 'x'; GRANT CONNECT ON DATABASE \"{database}\" TO \"{name}\";
             GRANT USAGE ON SCHEMA ramekin TO \"{name}\"; GRANT ALL ON ALL TABLES IN SCHEMA ramekin TO \"{name}\""
        )))
        .await
        .unwrap();
    let poor = Store::connect(platform.username(&name).password("x"), 2).await.unwrap();
    let databases = poor.app_databases(SECRET);
    let error = databases.access(&app, DatabaseRole::User).await.unwrap_err();
    assert!(matches!(&error, StoreError::NotReady(_)) && !error.is_refusal(), "{error}");
    assert!(error.to_string().contains(&format!("ALTER ROLE \"{name}\" CREATEDB CREATEROLE;")), "{error}");
    let Provisioning::Failed(why) = states(&databases, &app).await else { panic!() };
    assert!(why.contains("CREATEROLE"), "{why}");
    let begun = Instant::now();
    assert_eq!(databases.access(&app, DatabaseRole::User).await.unwrap_err(), error, "not asked again at once");
    assert!(begun.elapsed().as_millis() < 50);
    // Somebody who may makes it; this server notices.
    store.app_databases(SECRET).provision(&app).await.unwrap();
    databases.provision(&app).await.unwrap();
    poor.close().await;
}

#[tokio::test]
async fn a_database_that_is_away_does_not_stop_it_for_good() {
    let (store, app) = store_with_app().await;
    let (proxy, options) = Proxy::to(&store.pool.connect_options()).await;
    let through = Store::connect(options, 2).await.unwrap();
    let databases = through.app_databases(SECRET);
    proxy.cut();
    assert!(matches!(databases.provision(&app).await.unwrap_err(), StoreError::NotReady(_)));
    proxy.open();
    databases.provision(&app).await.unwrap();
}

#[tokio::test]
async fn groups_with_too_many_rights_are_refused() {
    // A cluster of its own: the groups belong to all databases.
    let dir = crate::testing::temp_dir();
    let server = crate::embedded::EmbeddedPostgres::start(crate::testing::embedded_options(&dir)).await.unwrap();
    let store = Store::connect(server.connect_options("ramekin"), 4).await.unwrap();
    store.migrate().await.unwrap();
    let owner = store.users().ensure_owner().await.unwrap();
    let (app, _) = store.apps().create(owner, "app").await.unwrap();
    let databases = store.app_databases(SECRET);
    store.pool.execute("CREATE ROLE butterbase_service LOGIN CREATEDB").await.unwrap();
    let error = databases.provision(&app.id).await.unwrap_err().to_string();
    assert!(error.contains("ALTER ROLE butterbase_service NOLOGIN"), "{error}");
    store.pool.execute("ALTER ROLE butterbase_service NOLOGIN NOCREATEDB").await.unwrap();
    databases.provision(&app.id).await.unwrap();
    store.pool.execute(AssertSqlSafe(format!("ALTER ROLE \"{}_user\" CREATEROLE", app.id))).await.unwrap();
    let error = databases.renew(&app.id).await.unwrap_err().to_string();
    assert!(error.contains(&format!("DROP ROLE \"{}_user\"", app.id)), "{error}");
    store.close().await;
    server.stop().await;
}

#[tokio::test]
async fn no_password_is_in_a_log() {
    let store = store().await;
    drop(database().await);
    let owner = store.users().ensure_owner().await.unwrap();
    let (app, _) = store.apps().create(owner, "app").await.unwrap();
    let databases = store.app_databases(SECRET);
    let access = databases.access(&app.id, DatabaseRole::User).await.unwrap();
    assert!(!format!("{access:?} {databases:?}").contains(access.password.expose().as_str()));
}
