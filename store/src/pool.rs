//! The connection pool behind [`Store`]: connecting, migrating, checking and closing it.

use crate::{
    AppDatabases, AppUsers, Apps, Audit, Changes, Functions, Invocations, Keys, Sealed, Settings, StoreError, Users,
};
use ramekin_model::Secret;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use std::time::Duration;
use tracing::{info, warn};

#[cfg(test)]
mod tests;

/// How long a caller waits for a connection, new or from the pool, before the database counts as unreachable.
pub(crate) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long closing waits for running queries.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Set on every pooled connection. A query whose caller has gone is not cancelled by the driver and holds its connection
/// until it ends, so each has to end by itself.
const SESSION: &str = "SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'";

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/platform");

/// Where applied migrations are listed.
const MIGRATIONS_TABLE: &str = "ramekin.schema_migrations";

/// The platform database. Cheap to clone; all clones share one pool.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: PgPool,
}

/// Connections of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Open ones, and those that are being made.
    pub open: usize,
    /// Of these, those that nobody uses.
    pub idle: usize,
    /// How many there may be.
    pub most: usize,
}

impl Store {
    /// Connects, and proves it with one connection; the schema is not touched, see [`Store::migrate`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when nothing answers within five seconds, [`StoreError::Config`] when the server
    /// refuses the role, the password or the database.
    pub async fn connect(options: PgConnectOptions, max_connections: u32) -> Result<Self, StoreError> {
        // Tried once outside the pool, which repeats a refused connection until its time is up and then hides why.
        let place = place(&options);
        let first = async { options.connect().await?.close().await };
        match tokio::time::timeout(ACQUIRE_TIMEOUT, first).await {
            Ok(tried) => tried.map_err(|error| match StoreError::from(error) {
                StoreError::Unavailable(why) => StoreError::Unavailable(format!("{place}: {why}")),
                StoreError::Config(why) => StoreError::Config(format!("{place}: {why}")),
                other => StoreError::Config(format!("{place}: {other}")),
            })?,
            Err(_) => {
                return Err(StoreError::Unavailable(format!("{place}: no answer within {ACQUIRE_TIMEOUT:?}")));
            }
        }
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| Box::pin(async { connection.execute(SESSION).await.map(|_| ()) }))
            .connect_lazy_with(options);
        Ok(Self { pool })
    }

    /// [`Store::connect`] with a `postgres://` URL.
    ///
    /// # Errors
    /// [`StoreError::Config`] when the text is no such URL; otherwise as [`Store::connect`]. The URL is in no error.
    pub async fn connect_url(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        // The parser of the options takes any scheme, and would look for a PostgreSQL at the port of another database.
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(StoreError::Config("the URL does not begin with `postgres://`".into()));
        }
        Self::connect(url.parse()?, max_connections).await
    }

    /// Applies the migrations that this database lacks. Servers that start at the same time take turns.
    ///
    /// # Errors
    /// [`StoreError::Migration`] when an applied migration is not the one this server has, or one fails.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        // A connection of its own: waiting for another server's turn, or a long migration, must not hit a statement timeout.
        let alone = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT);
        let alone = alone.connect_lazy_with((*self.pool.connect_options()).clone());
        let migrated = migrate(&alone).await;
        alone.close().await;
        migrated
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        // A connection that a network has silently dropped answers nothing, not even an error.
        match tokio::time::timeout(ACQUIRE_TIMEOUT, self.pool.execute("SELECT 1")).await {
            Ok(answered) => Ok(answered.map(|_| ())?),
            Err(_) => Err(StoreError::Unavailable(format!("no answer within {ACQUIRE_TIMEOUT:?}"))),
        }
    }

    /// Closes every connection, for running queries a few seconds later; later calls on any clone fail as unavailable.
    pub async fn close(&self) {
        // A query on a connection that a network has silently dropped would run until the operating system gives up on it.
        if tokio::time::timeout(CLOSE_TIMEOUT, self.pool.close()).await.is_err() {
            warn!("connections to the database did not close within {CLOSE_TIMEOUT:?} and are left to the system");
        }
    }

    /// Its connections.
    pub fn connections(&self) -> Connections {
        let most = self.pool.options().get_max_connections();
        Connections { open: self.pool.size() as usize, idle: self.pool.num_idle(), most: most as usize }
    }

    /// People who deploy.
    pub fn users(&self) -> Users<'_> {
        Users { pool: &self.pool }
    }

    /// Their API keys.
    pub fn keys(&self) -> Keys<'_> {
        Keys { pool: &self.pool }
    }

    /// Their apps.
    pub fn apps(&self) -> Apps<'_> {
        Apps { pool: &self.pool }
    }

    /// The databases of the apps. The passwords of their logins are derived from the secret, which has to be the same on
    /// every server of this database. To be asked for once: the answer remembers which databases are ready.
    pub fn app_databases(&self, secret: Secret<[u8; 32]>) -> AppDatabases {
        AppDatabases::new(self.pool.clone(), secret)
    }

    /// What belongs to the apps besides their names.
    pub fn settings(&self) -> Settings<'_> {
        Settings { pool: &self.pool }
    }

    /// The users of the apps.
    pub fn app_users(&self) -> AppUsers<'_> {
        AppUsers { pool: &self.pool }
    }

    /// Everything that is encrypted.
    pub fn sealed(&self) -> Sealed<'_> {
        Sealed { pool: &self.pool }
    }

    /// The audit log of the apps.
    pub fn audit(&self) -> Audit<'_> {
        Audit { pool: &self.pool }
    }

    /// The functions of the apps.
    pub fn functions(&self) -> Functions<'_> {
        Functions { pool: &self.pool }
    }

    /// The log of calls.
    pub fn invocations(&self) -> Invocations<'_> {
        Invocations { pool: &self.pool }
    }

    /// Starts listening for changes made by any server; changes made before this returns are not reported.
    ///
    /// # Errors
    /// When the connection for it cannot be made.
    pub async fn changes(&self) -> Result<Changes, StoreError> {
        Changes::listen((*self.pool.connect_options()).clone()).await
    }
}

async fn migrate(pool: &PgPool) -> Result<(), StoreError> {
    let mut migrator = Migrator { migrations: MIGRATIONS.migrations.clone(), ..Migrator::DEFAULT };
    migrator.dangerous_set_table_name(MIGRATIONS_TABLE);
    // A newer server may have been here: the schema is kept usable for the previous release.
    migrator.set_ignore_missing(true);
    // Asked first because `CREATE SCHEMA IF NOT EXISTS` needs a privilege even when there is nothing to do.
    let exists: bool = sqlx::query_scalar("SELECT to_regnamespace('ramekin') IS NOT NULL").fetch_one(pool).await?;
    if !exists {
        migrator.create_schema("ramekin");
    }
    migrator.run(pool).await?;
    let ours = migrator.iter().map(|migration| migration.version).max().unwrap_or_default();
    let newest = "SELECT coalesce(max(version), 0) FROM ramekin.schema_migrations";
    let newest: i64 = sqlx::query_scalar(newest).fetch_one(pool).await?;
    if newest > ours {
        warn!(
            schema.version = newest,
            "the database schema is at version {newest}, this server knows {ours}: a newer release has been here"
        );
    } else {
        info!(schema.version = newest, "the database schema is at version {newest}");
    }
    Ok(())
}

/// Where the options lead, without user and password.
fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or("");
    match options.get_socket() {
        Some(socket) => format!("{} (database `{database}`)", socket.display()),
        None => format!("{}:{} (database `{database}`)", options.get_host(), options.get_port()),
    }
}
