//! What an app has in the cluster: its roles, its database, who may connect to it. Every step can be repeated, and none
//! undoes what another server does at the same time.
//!
//! Runs as the platform's own role. That role never executes anything an app could have written: in an app's database it
//! sees only the catalog, and objects of its own.

use super::logins::Logins;
use crate::StoreError;
use crate::pool::ACQUIRE_TIMEOUT;
use ramekin_model::{AppId, DatabaseRole};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection};
use tracing::{info, warn};

/// The oldest PostgreSQL in which nobody may create objects in `public` unless told otherwise.
const OLDEST: i32 = 150_000;
/// The three groups, as a list in SQL.
const GROUPS: &str = "butterbase_user, butterbase_service, butterbase_anon";

/// A database that databases of apps are made from when it is there.
pub(crate) const GUARDED_TEMPLATE: &str = "ramekin_template";
/// What is in it. See the file.
pub(crate) const GUARD: &str = include_str!("../../../migrations/guard.sql");

/// What the platform's role may do, and whose server it is.
#[derive(sqlx::FromRow)]
pub(super) struct Admin {
    name: String,
    superuser: bool,
    creates: bool,
    version: i32,
}

impl Admin {
    /// Finds out, and says what to do when it is not enough.
    pub(super) async fn check(connection: &mut PgConnection) -> Result<Self, StoreError> {
        let ask = "SELECT rolname::text AS name, rolsuper AS superuser, rolcreatedb AND rolcreaterole AS creates,
                          current_setting('server_version_num')::integer AS version
                   FROM pg_catalog.pg_roles WHERE rolname = current_user";
        let admin: Self = sqlx::query_as(ask).fetch_one(connection).await?;
        let name = &admin.name;
        if !admin.superuser && !admin.creates {
            return Err(StoreError::Config(format!(
                "each app gets a database and logins of its own, and the role `{name}` may not create them; as a \
                 superuser run: ALTER ROLE {} CREATEDB CREATEROLE;",
                quoted(name)
            )));
        }
        if admin.version < OLDEST {
            let major = admin.version / 10_000;
            return Err(StoreError::Config(format!(
                "the databases of apps need PostgreSQL 15 or newer, and this server is version {major}"
            )));
        }
        Ok(admin)
    }

    /// Members of a group have its rights, and become it: that is how a statement of a function begins. Where the server lets
    /// it be said, both are, for the right to become somebody is one of its own there.
    fn membership(&self) -> &'static str {
        if self.version >= 160_000 { "WITH INHERIT TRUE, SET TRUE" } else { "" }
    }

    /// Keeps the logins of apps out of the platform's database, as far as that is ours to do.
    pub(super) async fn close_platform(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let ask = "SELECT datname::text, datdba = current_user::regrole FROM pg_catalog.pg_database
                   WHERE datallowconn AND datname !~ '^app_[0-9a-z]{12}$' AND EXISTS (
                       SELECT FROM aclexplode(coalesce(datacl, acldefault('d', datdba)))
                       WHERE grantee = 0 AND privilege_type = 'CONNECT')
                   ORDER BY datname <> current_database()";
        let open: Vec<(String, bool)> = sqlx::query_as(ask).fetch_all(&mut *connection).await?;
        let platform: String =
            sqlx::query_scalar("SELECT current_database()::text").fetch_one(&mut *connection).await?;
        let mut others = Vec::new();
        for (database, is_ours) in open {
            if database == platform && (is_ours || self.superuser) {
                let close = format!("REVOKE ALL ON DATABASE {} FROM PUBLIC", quoted(&database));
                tolerant(connection, &close).await?;
                info!("only its owner may connect to the platform database `{database}` from here on");
            } else {
                others.push(format!("REVOKE CONNECT ON DATABASE {} FROM PUBLIC;", quoted(&database)));
            }
        }
        if !others.is_empty() {
            warn!(
                "every role of this PostgreSQL may connect to databases that hold no app, the logins of apps included. \
                 They see no table there unless PUBLIC does. To close them, their owner runs: {}",
                others.join(" ")
            );
        }
        Ok(())
    }

    /// The groups that grants and policies name. They belong to every database of the cluster.
    pub(super) async fn groups(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        for group in DatabaseRole::ALL.into_iter().filter_map(DatabaseRole::group) {
            match Known::of(connection, group).await? {
                None => tolerant(connection, &format!("CREATE ROLE {group} NOLOGIN")).await?,
                Some(known) if known.privileged || known.login => {
                    return Err(StoreError::Config(format!(
                        "the role `{group}` may log in or has privileges that reach beyond a database; policies and \
                         grants of apps name it, so as a superuser run: ALTER ROLE {group} NOLOGIN NOSUPERUSER \
                         NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;"
                    )));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// The app's logins, each with its password, no settings of its own, and membership in its group alone.
    pub(super) async fn logins(
        &self,
        connection: &mut PgConnection,
        app: &AppId,
        logins: &Logins,
    ) -> Result<(), StoreError> {
        for role in DatabaseRole::ALL {
            let login = role.login(app);
            let verifier = logins.verifier(app, role);
            let known = Known::of(connection, &login).await?;
            if known.is_some_and(|known| known.privileged) {
                return Err(StoreError::Config(format!(
                    "the role `{login}` has privileges that reach beyond a database; it is the login of an app, so as a \
                     superuser run: DROP ROLE {};",
                    quoted(&login)
                )));
            }
            let verb = if known.is_some() { "ALTER" } else { "CREATE" };
            let role_sql =
                format!("{verb} ROLE {} LOGIN INHERIT NOCREATEDB NOCREATEROLE PASSWORD '{verifier}'", quoted(&login));
            tolerant(connection, &role_sql).await?;
            if known.is_some() {
                self.clean(connection, &login, role.group()).await?;
            }
            if let Some(group) = role.group() {
                let grant = format!("GRANT {group} TO {} {}", quoted(&login), self.membership());
                connection.execute(AssertSqlSafe(grant)).await.map_err(|error| self.explained(error))?;
            }
        }
        Ok(())
    }

    /// A role may change its own settings, and in old versions give its membership away: all of that is undone.
    async fn clean(&self, connection: &mut PgConnection, login: &str, group: Option<&str>) -> Result<(), StoreError> {
        let ask = "SELECT datname::text FROM pg_catalog.pg_db_role_setting
                   LEFT JOIN pg_catalog.pg_database d ON d.oid = setdatabase
                   WHERE setrole = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $1)";
        let settings: Vec<Option<String>> = sqlx::query_scalar(ask).bind(login).fetch_all(&mut *connection).await?;
        for database in settings {
            let place = database.map_or_else(String::new, |name| format!("IN DATABASE {} ", quoted(&name)));
            tolerant(connection, &format!("ALTER ROLE {} {place}RESET ALL", quoted(login))).await?;
        }
        let ask = "SELECT g.rolname::text FROM pg_catalog.pg_auth_members m
                   JOIN pg_catalog.pg_roles g ON g.oid = m.roleid JOIN pg_catalog.pg_roles l ON l.oid = m.member
                   WHERE l.rolname = $1 AND g.rolname IS DISTINCT FROM $2";
        let foreign: Vec<String> = sqlx::query_scalar(ask).bind(login).bind(group).fetch_all(&mut *connection).await?;
        for group in foreign {
            warn!("the login `{login}` was a member of `{group}`, and is not any more");
            tolerant(connection, &format!("REVOKE {} FROM {}", quoted(&group), quoted(login))).await?;
        }
        Ok(())
    }

    /// The app's database. Nobody may connect before it is settled who may.
    pub(super) async fn database(&self, connection: &mut PgConnection, app: &AppId) -> Result<(), StoreError> {
        let ask = "SELECT datdba = current_user::regrole, pg_get_userbyid(datdba)::text, datallowconn
                   FROM pg_catalog.pg_database WHERE datname = $1";
        let found: Option<(bool, String, bool)> =
            sqlx::query_as(ask).bind(app.as_str()).fetch_optional(&mut *connection).await?;
        let database = quoted(app.as_str());
        let mut open = false;
        match found {
            Some((is_ours, owner, _)) if !is_ours && !self.superuser => {
                return Err(StoreError::Config(format!(
                    "the database `{app}` belongs to the role `{owner}` and not to `{}`; as a superuser run: ALTER \
                     DATABASE {database} OWNER TO {};",
                    self.name,
                    quoted(&self.name)
                )));
            }
            Some((.., allowed)) => open = allowed,
            // From a template to which nobody can be connected, and into which only a superuser can have put anything.
            None => {
                let ask =
                    "SELECT EXISTS (SELECT FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles r ON r.oid = datdba
                                          WHERE datname = $1 AND datistemplate AND NOT datallowconn AND rolsuper)";
                let guarded: bool = sqlx::query_scalar(ask).bind(GUARDED_TEMPLATE).fetch_one(&mut *connection).await?;
                let template =
                    if guarded { GUARDED_TEMPLATE.to_owned() } else { "template0 ENCODING 'UTF8'".to_owned() };
                let create = format!("CREATE DATABASE {database} TEMPLATE {template} ALLOW_CONNECTIONS false");
                tolerant(connection, &create).await?;
            }
        }
        // No TEMP: sessions are pooled, and a temporary table of one call would stand in front of the real one in the next.
        let logins = DatabaseRole::ALL.map(|role| quoted(&role.login(app))).join(", ");
        for grant in [
            format!("REVOKE ALL ON DATABASE {database} FROM PUBLIC"),
            format!("GRANT CONNECT ON DATABASE {database} TO {logins}"),
        ] {
            tolerant(connection, &grant).await?;
        }
        if !open {
            tolerant(connection, &format!("ALTER DATABASE {database} ALLOW_CONNECTIONS true")).await?;
        }
        Ok(())
    }

    /// Inside the app's database: the owner may create, the groups may use, and the list of migrations is closed to them.
    pub(super) async fn inside(&self, connection: &mut PgConnection, app: &AppId) -> Result<(), StoreError> {
        let owner = quoted(&DatabaseRole::Owner.login(app));
        let inside = format!(
            "REVOKE ALL ON SCHEMA public FROM PUBLIC;
             GRANT USAGE ON SCHEMA public TO {GROUPS};
             GRANT USAGE, CREATE ON SCHEMA public TO {owner};
             CREATE SCHEMA IF NOT EXISTS ramekin_app;
             CREATE TABLE IF NOT EXISTS ramekin_app.schema_migrations (
                 version bigint PRIMARY KEY,
                 description text NOT NULL,
                 checksum bytea NOT NULL,
                 applied_at timestamptz NOT NULL DEFAULT now()
             );
             COMMENT ON TABLE ramekin_app.schema_migrations IS 'Migrations of the platform that this database has.';
             GRANT USAGE ON SCHEMA ramekin_app TO {owner};
             GRANT SELECT, INSERT ON ramekin_app.schema_migrations TO {owner};"
        );
        connection.execute(AssertSqlSafe(inside)).await?;
        self.guard(connection, app).await?;
        let ask = "SELECT EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'uuid-ossp'
                                  AND installed_version IS NULL)";
        if sqlx::query_scalar(ask).fetch_one(&mut *connection).await? {
            // A convenience. What a server does not let us have, apps go without.
            let extension = "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" SCHEMA public";
            if let Err(error) = connection.execute(extension).await.map_err(StoreError::from) {
                info!("{app} has no extension uuid-ossp: {error}");
            }
        }
        Ok(())
    }

    /// Functions of an app do not change what its database is made of; see `migrations/guard.sql`.
    async fn guard(&self, connection: &mut PgConnection, app: &AppId) -> Result<(), StoreError> {
        let ask = "SELECT EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtname = 'ramekin_guard')";
        let guarded: bool = sqlx::query_scalar(ask).fetch_one(&mut *connection).await?;
        if !guarded && self.superuser {
            connection.execute(GUARD).await?;
        } else if !guarded {
            warn!(
                "SQL of functions of {app} can take policies of row-level security of {app} away with DROP OWNED; a \
                 superuser prevents it by running migrations/guard.sql in the database `{app}`, and for apps to come as \
                 docs/database-security.md says"
            );
        }
        Ok(())
    }

    /// Takes the app's database and its logins away, whoever is connected.
    pub(super) async fn remove(&self, connection: &mut PgConnection, app: &AppId) -> Result<(), StoreError> {
        let database = quoted(app.as_str());
        let mut known = Vec::new();
        for login in DatabaseRole::ALL.map(|role| role.login(app)) {
            if Known::of(connection, &login).await?.is_some() {
                tolerant(connection, &format!("ALTER ROLE {} NOLOGIN", quoted(&login))).await?;
                // Ending somebody's session takes membership in their role.
                let inherit = if self.version >= 160_000 { "WITH INHERIT TRUE" } else { "" };
                let grant = format!("GRANT {} TO CURRENT_USER {inherit}", quoted(&login));
                connection.execute(AssertSqlSafe(grant)).await.map_err(|error| self.explained(error))?;
                known.push(login);
            }
        }
        drop_database(connection, &database).await?;
        for login in known {
            connection.execute(AssertSqlSafe(format!("DROP ROLE IF EXISTS {}", quoted(&login)))).await?;
        }
        Ok(())
    }

    /// Since PostgreSQL 16 a role may only hand out groups that it has made, or was given to hand out.
    fn explained(&self, error: sqlx::Error) -> StoreError {
        match StoreError::from(error) {
            StoreError::Statement { sqlstate: Some(state), message } if state == "42501" => StoreError::Config(
                format!("{message}; as a superuser run: GRANT {GROUPS} TO {} WITH ADMIN OPTION;", quoted(&self.name)),
            ),
            other => other,
        }
    }
}

/// Drops a database, whoever is connected. FORCE refuses to end a process of autovacuum that is there at the moment, since
/// it belongs to no role; a drop without FORCE ends it.
async fn drop_database(connection: &mut PgConnection, database: &str) -> Result<(), StoreError> {
    let (forced, plain) =
        (format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"), format!("DROP DATABASE IF EXISTS {database}"));
    let mut attempts = 0;
    loop {
        attempts += 1;
        match connection.execute(AssertSqlSafe(forced.clone())).await.map_err(StoreError::from) {
            Ok(_) => return Ok(()),
            // Insufficient privilege.
            Err(StoreError::Statement { sqlstate, .. }) if sqlstate.as_deref() == Some("42501") && attempts < 5 => {}
            Err(error) => return Err(error),
        }
        match connection.execute(AssertSqlSafe(plain.clone())).await.map_err(StoreError::from) {
            Ok(_) => return Ok(()),
            // Object in use: somebody else is connected too, whom FORCE ends.
            Err(StoreError::Statement { sqlstate, .. }) if sqlstate.as_deref() == Some("55006") => {}
            Err(error) => return Err(error),
        }
    }
}

/// What is known of a role.
#[derive(Clone, Copy, sqlx::FromRow)]
struct Known {
    login: bool,
    privileged: bool,
}

impl Known {
    async fn of(connection: &mut PgConnection, role: &str) -> Result<Option<Self>, StoreError> {
        let ask = "SELECT rolcanlogin AS login,
                          rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls AS privileged
                   FROM pg_catalog.pg_roles WHERE rolname = $1";
        Ok(sqlx::query_as(ask).bind(role).fetch_optional(connection).await?)
    }
}

/// Opens a connection for administration: within a time, and with nothing but the catalog on its search path, so that
/// nothing an app has made is ever called by accident. Statements are not logged.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let options = options
        .clone()
        .options([("search_path", "pg_catalog"), ("statement_timeout", "120s"), ("lock_timeout", "60s")])
        .disable_statement_logging();
    match tokio::time::timeout(ACQUIRE_TIMEOUT, options.connect()).await {
        Ok(connected) => Ok(connected?),
        Err(_) => Err(StoreError::Unavailable(format!("no answer within {ACQUIRE_TIMEOUT:?}"))),
    }
}

/// Runs a statement that another server may run at the same moment: that it has been done already is success, and a
/// collision in the catalog is tried again.
async fn tolerant(connection: &mut PgConnection, statement: &str) -> Result<(), StoreError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let done = connection.execute(AssertSqlSafe(statement.to_owned())).await.map_err(StoreError::from);
        match done {
            Ok(_) => return Ok(()),
            Err(StoreError::Statement { sqlstate, message }) => match sqlstate.as_deref() {
                // Duplicate object, duplicate database, and the unique index that both rest on.
                Some("42710" | "42P04" | "23505") => return Ok(()),
                Some("XX000") if message.contains("concurrently updated") && attempts < 20 => {
                    tokio::time::sleep(std::time::Duration::from_millis(5 * attempts)).await;
                }
                _ => return Err(StoreError::Statement { sqlstate, message }),
            },
            Err(other) => return Err(other),
        }
    }
}

/// An identifier as SQL has it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
