//! The application's role and database in a cluster: made at first start, and again if they are lost.

use super::server::SUPERUSER;
use super::{PLATFORM_DATABASE, ROLE};
use crate::StoreError;
use crate::app_databases::{GUARD, GUARDED_TEMPLATE};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use std::path::Path;

/// How to connect as a role, over the private socket.
pub(super) fn options(socket_dir: &Path, role: &str, password: &str, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_dir)
        .port(5432)
        .username(role)
        .password(password)
        .database(database)
        .ssl_mode(PgSslMode::Disable)
}

/// Makes sure that the application can connect to its database.
pub(super) async fn ensure(socket_dir: &Path, superuser: &str, password: &str) -> Result<(), StoreError> {
    match options(socket_dir, ROLE, password, PLATFORM_DATABASE).connect().await.map_err(StoreError::from) {
        Ok(mut connection) => {
            let known = "SELECT FROM pg_roles WHERE rolname = $1 AND rolcreaterole";
            let complete = exists(&mut connection, known, ROLE).await?;
            connection.close().await?;
            if complete {
                return Ok(());
            }
        }
        Err(error) if error.is_unavailable() => return Err(error),
        Err(_) => {} // No such role or database yet, or not this password.
    }
    // Statements are not logged: one holds the password.
    let options = options(socket_dir, SUPERUSER, superuser, "postgres").disable_statement_logging();
    let mut connection = options.connect().await?;
    if !exists(&mut connection, "SELECT FROM pg_database WHERE datname = $1", PLATFORM_DATABASE).await? {
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {PLATFORM_DATABASE}"))).await?;
    }
    // The roles of apps have no business in these.
    for database in [PLATFORM_DATABASE, "postgres", "template1"] {
        connection.execute(AssertSqlSafe(format!("REVOKE ALL ON DATABASE {database} FROM PUBLIC"))).await?;
    }
    let known = exists(&mut connection, "SELECT FROM pg_roles WHERE rolname = $1", ROLE).await?;
    let verb = if known { "ALTER" } else { "CREATE" };
    // It may create databases and roles, for each app has its own; nothing more. The password is hex, so it needs no
    // quoting.
    let role = format!("{verb} ROLE {ROLE} LOGIN NOSUPERUSER CREATEDB PASSWORD '{password}'");
    connection.execute(AssertSqlSafe(role)).await?;
    connection.execute(AssertSqlSafe(format!("ALTER DATABASE {PLATFORM_DATABASE} OWNER TO {ROLE}"))).await?;
    guarded_template(&mut connection, &options).await?;
    // Last, because from here on the attempt above succeeds.
    connection.execute(AssertSqlSafe(format!("ALTER ROLE {ROLE} CREATEROLE"))).await?;
    Ok(connection.close().await?)
}

/// What databases of apps are made from: empty, but for the guard that only a superuser can set up.
async fn guarded_template(connection: &mut PgConnection, superuser: &PgConnectOptions) -> Result<(), StoreError> {
    if exists(connection, "SELECT FROM pg_database WHERE datname = $1 AND datistemplate", GUARDED_TEMPLATE).await? {
        return Ok(());
    }
    if !exists(connection, "SELECT FROM pg_database WHERE datname = $1", GUARDED_TEMPLATE).await? {
        let create = format!("CREATE DATABASE {GUARDED_TEMPLATE} TEMPLATE template0 ENCODING 'UTF8'");
        connection.execute(AssertSqlSafe(create)).await?;
    }
    connection.execute(AssertSqlSafe(format!("REVOKE ALL ON DATABASE {GUARDED_TEMPLATE} FROM PUBLIC"))).await?;
    let mut inside = superuser.clone().database(GUARDED_TEMPLATE).connect().await?;
    inside.execute(GUARD).await?;
    inside.close().await?;
    let finish = format!("ALTER DATABASE {GUARDED_TEMPLATE} IS_TEMPLATE true ALLOW_CONNECTIONS false");
    connection.execute(AssertSqlSafe(finish)).await?;
    Ok(())
}

async fn exists(connection: &mut PgConnection, query: &'static str, name: &str) -> Result<bool, StoreError> {
    Ok(sqlx::query(query).bind(name).fetch_optional(connection).await?.is_some())
}
