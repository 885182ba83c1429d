//! SQL of one app against everything that is not its own. Every attempt is made from each of the three logins under which
//! functions run, beside a second app that has data and an open session. `docs/database-security.md` lists the outcomes.

use super::{SECRET, login, options};
use crate::app_databases::AppDatabases;
use crate::testing::store;
use ramekin_model::{AppId, DatabaseRole};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection, Row as _};

/// Text that only the second app has.
const CANARY: &str = "canary of another app";
const FUNCTION_ROLES: [DatabaseRole; 3] = [DatabaseRole::User, DatabaseRole::Service, DatabaseRole::Anon];

struct Scene {
    databases: AppDatabases,
    ours: AppId,
    theirs: AppId,
    /// A session of the second app that has run the canary, and its process.
    other: PgConnection,
    other_pid: i32,
}

impl Scene {
    async fn new() -> Self {
        let store = store().await;
        let owner = store.users().ensure_owner().await.unwrap();
        let databases = store.app_databases(SECRET);
        let mut apps = Vec::new();
        for name in ["ours", "theirs"] {
            let (app, _) = store.apps().create(owner, name).await.unwrap();
            let mut owner = login(&databases, &app.id, DatabaseRole::Owner).await;
            let body = if name == "ours" { "our own" } else { CANARY };
            owner
                .execute(AssertSqlSafe(format!(
                    "CREATE TABLE public.notes (id bigserial PRIMARY KEY, owner text, body text);
                     INSERT INTO notes (owner, body) VALUES ('u1', '{body}'), ('u2', '{body}');
                     ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY;
                     CREATE POLICY mine ON notes TO butterbase_user USING (owner = current_user_id());
                     CREATE POLICY everything ON notes TO butterbase_service USING (true) WITH CHECK (true)"
                )))
                .await
                .unwrap();
            apps.push(app.id);
        }
        let theirs = apps.pop().unwrap();
        let mut other = login(&databases, &theirs, DatabaseRole::User).await;
        let ask = format!("SELECT pg_backend_pid(), '{CANARY}'");
        let other_pid = sqlx::query_scalar(AssertSqlSafe(ask)).fetch_one(&mut other).await.unwrap();
        Self { databases, ours: apps.pop().unwrap(), theirs, other, other_pid }
    }

    async fn session(&self, role: DatabaseRole) -> PgConnection {
        login(&self.databases, &self.ours, role).await
    }
}

/// SQLSTATE of the refusal, or `None` when it was done.
async fn attempt(session: &mut PgConnection, statement: &str) -> Option<String> {
    let done = session.execute(AssertSqlSafe(statement.to_owned())).await;
    let refused = done.err().map(|error| match error.as_database_error() {
        Some(refused) => refused.code().unwrap_or_default().into_owned(),
        None => panic!("`{statement}` ended the session: {error}"),
    });
    // Whatever was set is gone again, and so is a transaction that failed.
    let _ = session.execute("ROLLBACK").await;
    let _ = session.execute("RESET ALL; RESET ROLE; RESET SESSION AUTHORIZATION").await;
    refused
}

async fn text(session: &mut PgConnection, ask: &str) -> String {
    // Not kept as a prepared statement: some of what is tried here throws these away.
    sqlx::query_scalar(AssertSqlSafe(ask.to_owned())).persistent(false).fetch_one(session).await.unwrap()
}

#[tokio::test]
async fn what_is_refused_is_refused_to_every_role() {
    let scene = Scene::new().await;
    let (ours, theirs) = (&scene.ours, &scene.theirs);
    let pid = scene.other_pid;
    for role in FUNCTION_ROLES {
        let mut session = scene.session(role).await;
        let login = role.login(ours);
        let other_groups = FUNCTION_ROLES.into_iter().filter(|other| *other != role).filter_map(DatabaseRole::group);
        let mut becoming: Vec<String> = other_groups.map(str::to_owned).collect();
        for other in DatabaseRole::ALL {
            becoming.push(other.login(theirs));
            if other != role {
                becoming.push(other.login(ours));
            }
        }
        for name in ["postgres", "ramekin", "pg_read_all_data", "pg_signal_backend", "pg_execute_server_program"] {
            becoming.push(name.to_owned());
        }
        for name in &becoming {
            for statement in [
                format!("SET ROLE \"{name}\""),
                format!("SET LOCAL ROLE \"{name}\""),
                format!("SET SESSION AUTHORIZATION \"{name}\""),
                format!("SELECT set_config('role', '{name}', false)"),
                format!("DO $$ BEGIN EXECUTE 'SET ROLE \"{name}\"'; END $$"),
                format!("GRANT \"{name}\" TO \"{login}\""),
                format!("ALTER ROLE \"{name}\" PASSWORD 'x'"),
                format!("ALTER ROLE \"{name}\" SET search_path = x"),
                format!("DROP OWNED BY \"{name}\""),
                format!("SELECT pg_terminate_backend({pid})"),
                format!("SELECT pg_cancel_backend({pid})"),
            ] {
                let refused = attempt(&mut session, &statement).await.unwrap_or_default();
                // The other one says that predefined roles cannot be altered by anybody.
                assert!(["42501", "42939"].contains(&refused.as_str()), "{role:?}: {statement}: {refused}");
            }
        }
        for (statement, states) in [
            (format!("ALTER ROLE \"{login}\" SUPERUSER"), ["42501"].as_slice()),
            (format!("ALTER ROLE \"{login}\" BYPASSRLS"), &["42501"]),
            (format!("ALTER ROLE \"{login}\" CREATEDB"), &["42501"]),
            (format!("ALTER ROLE \"{login}\" RENAME TO other"), &["42501", "0A000"]),
            ("ALTER ROLE ALL SET search_path = x".into(), &["42501"]),
            (format!("ALTER DATABASE \"{ours}\" SET search_path = x"), &["42501"]),
            (format!("ALTER DATABASE \"{theirs}\" SET search_path = x"), &["42501"]),
            (format!("DROP DATABASE \"{theirs}\""), &["42501"]),
            ("CREATE ROLE mine".into(), &["42501"]),
            ("CREATE DATABASE mine".into(), &["42501"]),
            ("CREATE SCHEMA mine".into(), &["42501"]),
            ("CREATE TABLE public.mine (id int)".into(), &["42501"]),
            ("CREATE FUNCTION public.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'".into(), &["42501"]),
            ("CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'".into(), &["42501"]),
            (
                "CREATE OR REPLACE FUNCTION public.current_user_id() RETURNS text LANGUAGE sql AS $$SELECT 'u2'$$"
                    .into(),
                &["42501"],
            ),
            ("CREATE TEMP TABLE notes (id int)".into(), &["42501"]),
            ("CREATE TEMP VIEW notes AS SELECT 1".into(), &["42501"]),
            ("SELECT 1 AS a INTO TEMP x".into(), &["42501"]),
            ("COPY (SELECT 1) TO PROGRAM 'true'".into(), &["42501"]),
            ("COPY notes FROM PROGRAM 'true'".into(), &["42501"]),
            ("COPY notes FROM '/etc/passwd'".into(), &["42501"]),
            ("COPY (SELECT 1) TO '/tmp/ramekin-escape'".into(), &["42501"]),
            ("SELECT pg_read_file('/etc/passwd')".into(), &["42501"]),
            ("SELECT pg_read_binary_file('PG_VERSION')".into(), &["42501"]),
            ("SELECT pg_ls_dir('.')".into(), &["42501"]),
            ("SELECT pg_stat_file('PG_VERSION')".into(), &["42501"]),
            ("SELECT lo_import('/etc/passwd')".into(), &["42501"]),
            ("SELECT lo_export(1, '/tmp/ramekin-escape')".into(), &["42501"]),
            ("CREATE EXTENSION dblink SCHEMA public".into(), &["42501", "0A000"]),
            ("CREATE EXTENSION postgres_fdw SCHEMA public".into(), &["42501", "0A000"]),
            ("CREATE FOREIGN DATA WRAPPER w".into(), &["42501"]),
            ("CREATE LANGUAGE plpython3u".into(), &["42501", "0A000", "58P01"]),
            ("SELECT * FROM pg_authid".into(), &["42501"]),
            ("SELECT * FROM pg_shadow".into(), &["42501"]),
            ("SELECT * FROM pg_user_mapping".into(), &["42501"]),
            ("SELECT * FROM pg_hba_file_rules".into(), &["42501"]),
            ("ALTER SYSTEM SET work_mem = '1GB'".into(), &["42501"]),
            ("SET log_statement = 'none'".into(), &["42501"]),
            ("SET session_preload_libraries = 'x'".into(), &["42501"]),
            ("SELECT pg_reload_conf()".into(), &["42501"]),
            ("SELECT pg_rotate_logfile()".into(), &["42501"]),
            ("LOAD 'auto_explain'".into(), &["42501"]),
            ("LOAD 'plpgsql'".into(), &["42501"]),
            ("CHECKPOINT".into(), &["42501"]),
            ("SELECT pg_create_physical_replication_slot('x')".into(), &["42501"]),
            ("SELECT pg_create_restore_point('x')".into(), &["42501"]),
            ("CREATE PUBLICATION p".into(), &["42501"]),
            (
                "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION public.current_user_id()".into(),
                &["42501", "42P17"],
            ),
            (
                "CREATE TRIGGER t BEFORE INSERT ON notes EXECUTE FUNCTION suppress_redundant_updates_trigger()".into(),
                &["42501"],
            ),
            ("CREATE POLICY p ON notes USING (true)".into(), &["42501"]),
            ("DROP POLICY mine ON notes".into(), &["42501"]),
            ("ALTER TABLE notes NO FORCE ROW LEVEL SECURITY".into(), &["42501"]),
            ("COMMENT ON ROLE butterbase_user IS 'x'".into(), &["42501"]),
            ("SELECT * FROM ramekin_app.schema_migrations".into(), &["42501"]),
            (format!("SELECT * FROM \"{theirs}\".public.notes"), &["0A000"]),
            ("SELECT * FROM ramekin.apps".into(), &["42P01", "3F000"]),
        ] {
            let refused = attempt(&mut session, &statement).await.unwrap_or_else(|| panic!("{role:?}: {statement}"));
            assert!(states.contains(&refused.as_str()), "{role:?}: {statement}: {refused}");
        }
        session.close().await.unwrap();
    }
    // The second app has noticed nothing.
    let mut other = scene.other;
    assert_eq!(text(&mut other, "SELECT current_setting('search_path')").await, "\"$user\", public");
    for role in DatabaseRole::ALL {
        login(&scene.databases, theirs, role).await;
    }
}

#[tokio::test]
async fn reset_role_leads_nowhere() {
    let scene = Scene::new().await;
    for role in FUNCTION_ROLES {
        let mut session = scene.session(role).await;
        let ours = role.login(&scene.ours);
        for statement in [
            "RESET ROLE".to_owned(),
            "SET ROLE NONE".to_owned(),
            "RESET SESSION AUTHORIZATION".to_owned(),
            "SET SESSION AUTHORIZATION DEFAULT".to_owned(),
            "DISCARD ALL".to_owned(),
            format!("SET ROLE \"{ours}\""),
        ] {
            session.execute(AssertSqlSafe(statement.clone())).await.unwrap();
            let who = text(&mut session, "SELECT current_user || ' ' || session_user").await;
            assert_eq!(who, format!("{ours} {ours}"), "{statement}");
        }
        // A member can become its group: which has the same rights and, as no login, no settings.
        let group = role.group().unwrap();
        let become_group = format!("SET ROLE {group}; ALTER ROLE {group} SET search_path = nowhere; RESET ROLE");
        let became = session.execute(AssertSqlSafe(become_group)).await.is_ok();
        let mut fresh = login(&scene.databases, &scene.theirs, role).await;
        assert_eq!(text(&mut fresh, "SELECT current_setting('search_path')").await, "\"$user\", public", "{became}");
    }
}

#[tokio::test]
async fn no_other_database_can_be_entered() {
    let scene = Scene::new().await;
    let platform = scene.databases.options().get_database().unwrap().to_owned();
    for role in FUNCTION_ROLES {
        let access = scene.databases.access(&scene.ours, role).await.unwrap();
        for database in [scene.theirs.as_str(), &platform, "postgres", "template1", "ramekin"] {
            let error = options(&access).database(database).connect().await.unwrap_err();
            assert!(error.to_string().contains("permission denied for database"), "{role:?} {database}: {error}");
        }
        let error = options(&access).database("template0").connect().await.unwrap_err();
        assert!(error.to_string().contains("not currently accepting connections"), "{error}");
    }
}

#[tokio::test]
async fn other_apps_are_not_seen() {
    let mut scene = Scene::new().await;
    // What the second app keeps in places that may be shared.
    scene.other.execute("LISTEN shared; SELECT pg_advisory_lock(42)").await.unwrap();
    let oid: String = text(&mut scene.other, &format!("SELECT lo_from_bytea(0, '{CANARY}')::text")).await;
    for role in FUNCTION_ROLES {
        let mut session = scene.session(role).await;
        session.execute("SELECT set_config('request.jwt.claim.sub', 'u1', false)").await.unwrap();
        for ask in [
            "SELECT coalesce(string_agg(query, ' '), '') FROM pg_stat_activity WHERE datname <> current_database()",
            "SELECT coalesce(string_agg(a::text, ' '), '') FROM pg_stat_get_activity(NULL) a",
            "SELECT coalesce(string_agg(body, ' '), '') FROM notes",
            "SELECT coalesce(string_agg(s::text, ' '), '') FROM pg_stats s",
            "SELECT coalesce(string_agg(s::text, ' '), '') FROM pg_db_role_setting s",
            "SELECT coalesce(string_agg(s::text, ' '), '') FROM pg_prepared_statements s",
            "SELECT coalesce(string_agg(s::text, ' '), '') FROM pg_cursors s",
        ] {
            let seen = text(&mut session, ask).await;
            assert!(!seen.contains(CANARY), "{role:?}: {ask}: {seen}");
        }
        // Advisory locks, notifications and large objects belong to a database.
        assert!(
            sqlx::query_scalar::<_, bool>("SELECT pg_try_advisory_lock(42)").fetch_one(&mut session).await.unwrap()
        );
        session.execute("SELECT pg_advisory_unlock(42); NOTIFY shared, 'from ours'").await.unwrap();
        let read = format!("SELECT lo_get({oid})");
        assert_eq!(attempt(&mut session, &read).await.as_deref(), Some("42704"));
        session.execute("SELECT lo_from_bytea(0, 'ours')").await.unwrap();
        session.close().await.unwrap();
    }
    let received =
        sqlx::query("SELECT count(*) AS n FROM pg_largeobject_metadata").fetch_one(&mut scene.other).await.unwrap();
    assert_eq!(received.get::<i64, _>("n"), 1, "large objects of ours are not theirs");
    scene.other.ping().await.unwrap();
}

#[tokio::test]
async fn a_notification_stays_in_its_database() {
    let scene = Scene::new().await;
    let access = scene.databases.access(&scene.theirs, DatabaseRole::Service).await.unwrap();
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(2).connect_lazy_with(options(&access));
    let mut listener = sqlx::postgres::PgListener::connect_with(&pool).await.unwrap();
    listener.listen("shared").await.unwrap();
    for role in FUNCTION_ROLES {
        scene.session(role).await.execute("NOTIFY shared, 'from ours'").await.unwrap();
    }
    pool.execute("NOTIFY shared, 'from theirs'").await.unwrap();
    assert_eq!(listener.recv().await.unwrap().payload(), "from theirs");
}

/// What a call can do to itself, by design: the settings of its own transaction are its own.
#[tokio::test]
async fn a_call_can_say_who_its_user_is_within_its_own_app() {
    let scene = Scene::new().await;
    let mut session = scene.session(DatabaseRole::User).await;
    assert_eq!(text(&mut session, "SELECT count(*)::text FROM notes").await, "0");
    session.execute("SELECT set_config('request.jwt.claim.sub', 'u2', false)").await.unwrap();
    assert_eq!(text(&mut session, "SELECT string_agg(body, ' ') FROM notes").await, "our own");
    // Saying that it is another role changes nothing: policies go by the role, not by what it says.
    session.execute("SELECT set_config('app.role', 'butterbase_service', false)").await.unwrap();
    assert_eq!(text(&mut session, "SELECT count(*)::text FROM notes").await, "1");
    // And to do without policies is an error, not a way around them.
    session.execute("SET row_security = off").await.unwrap();
    assert_eq!(attempt(&mut session, "SELECT * FROM notes").await.as_deref(), Some("42501"));
}

/// A member of a group could take the group out of policies, restrictive ones included: the guard of the template prevents
/// it, with all else that changes what a database is made of.
#[tokio::test]
async fn policies_cannot_be_taken_away_by_those_whom_they_hold_back() {
    let scene = Scene::new().await;
    let mut owner = login(&scene.databases, &scene.ours, DatabaseRole::Owner).await;
    owner
        .execute(
            "CREATE POLICY held_back ON public.notes AS RESTRICTIVE TO butterbase_user, butterbase_service,
             butterbase_anon USING (owner = 'u1')",
        )
        .await
        .unwrap();
    let ask = "SELECT string_agg(p::text, ';' ORDER BY policyname) FROM pg_policies p";
    let before = text(&mut owner, ask).await;
    for role in FUNCTION_ROLES {
        let mut session = scene.session(role).await;
        let (group, login) = (role.group().unwrap(), role.login(&scene.ours));
        for statement in [
            format!("DROP OWNED BY {group}"),
            format!("DROP OWNED BY \"{login}\""),
            format!("SET ROLE {group}; DROP OWNED BY {group}"),
            format!("DO $$ BEGIN EXECUTE 'DROP OWNED BY {group}'; END $$"),
            format!("ALTER DEFAULT PRIVILEGES FOR ROLE {group} GRANT SELECT ON TABLES TO PUBLIC"),
            "GRANT SELECT ON notes TO PUBLIC".to_owned(),
            "COMMENT ON TABLE notes IS 'x'".to_owned(),
            "SELECT 1 AS a INTO x".to_owned(),
            "ALTER EVENT TRIGGER ramekin_guard DISABLE".to_owned(),
            "DROP SCHEMA ramekin_guard CASCADE".to_owned(),
            "SET session_replication_role = replica".to_owned(),
        ] {
            let refused = attempt(&mut session, &statement).await;
            assert_eq!(refused.as_deref(), Some("42501"), "{role:?}: {statement}");
        }
        session.execute("SELECT current_user_id(), count(*) FROM notes").await.unwrap();
    }
    assert_eq!(text(&mut owner, ask).await, before);
    for statement in ["DROP EVENT TRIGGER ramekin_guard", "SET session_replication_role = replica"] {
        assert_eq!(attempt(&mut owner, statement).await.as_deref(), Some("42501"), "the owner: {statement}");
    }
}
