//! The databases of apps: one for each, in the cluster of the platform's own, with logins that reach nothing else.
//!
//! A database is made when its app is, or at the first use after that. Making it can be repeated: it goes on where an
//! earlier attempt has stopped, and servers that do it at once take turns. What fails is tried again at the next use, a
//! few seconds later at the earliest.

mod cluster;
mod keys;
mod lineage;
mod logins;
mod session;
#[cfg(test)]
mod tests;

pub(crate) use cluster::{GUARD, GUARDED_TEMPLATE};
pub use keys::Swept;
pub use session::{Described, DescribedColumn, DescribedIndex, ForeignKey, OwnerSession, Policy};

use crate::{StoreError, apps};
use cluster::{Admin, connect};
use logins::Logins;
use ramekin_model::{AppId, AuditEvent, DatabaseAccess, DatabaseHost, DatabaseRole, DatabaseTls, Provisioning, Secret};
use sqlx::postgres::{PgConnectOptions, PgPool, PgSslMode};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tracing::{info, warn};

/// For so long after a failure nothing is tried again, and after logins were renewed they are not renewed again.
const PAUSE: Duration = Duration::from_secs(3);

/// See the module's documentation and [`crate::Store::app_databases`]. Cheap to clone; all clones share what they know.
#[derive(Debug, Clone)]
pub struct AppDatabases(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pool: PgPool,
    logins: Logins,
    places: Mutex<HashMap<AppId, Arc<Place>>>,
    /// Whether it was looked at who may connect to the platform's database.
    closed: AtomicBool,
}

/// What this server knows of one database.
#[derive(Debug, Default)]
struct Place {
    ready: AtomicBool,
    /// Held while it is made; with the last failure.
    turn: tokio::sync::Mutex<Last>,
}

#[derive(Debug, Default)]
struct Last {
    failure: Option<(Instant, StoreError)>,
    renewed: Option<Instant>,
}

impl AppDatabases {
    pub(crate) fn new(pool: PgPool, secret: Secret<[u8; 32]>) -> Self {
        let logins = Logins::new(secret);
        Self(Arc::new(Shared { pool, logins, places: Mutex::default(), closed: AtomicBool::new(false) }))
    }

    /// Makes the app's database unless it is there. Returns when it can be used.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such app, [`StoreError::NotReady`] when it could not be made.
    pub async fn provision(&self, app: &AppId) -> Result<(), StoreError> {
        let place = self.place(app);
        if place.ready.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut last = place.turn.lock().await;
        if place.ready.load(Ordering::Acquire) {
            return Ok(());
        }
        self.make(app, &place, &mut last, Extent::Missing).await
    }

    /// How to log in to the app's database in a role. Makes the database first if need be; otherwise asks nobody.
    ///
    /// # Errors
    /// As [`AppDatabases::provision`]. After a failure the same answer is given for a few seconds.
    pub async fn access(&self, app: &AppId, role: DatabaseRole) -> Result<DatabaseAccess, StoreError> {
        let place = self.place(app);
        if !place.ready.load(Ordering::Acquire) {
            let mut last = place.turn.lock().await;
            if let Some((when, failure)) = &last.failure
                && when.elapsed() < PAUSE
            {
                return Err(failure.clone());
            }
            if !place.ready.load(Ordering::Acquire) {
                self.make(app, &place, &mut last, Extent::Missing).await?;
            }
        }
        Ok(self.describe(app, role))
    }

    /// To be said when a login is refused although [`AppDatabases::access`] has named it: SQL of an app can change its own
    /// login's password and settings. Sets everything up again as it has to be. Does nothing when that was just done.
    ///
    /// # Errors
    /// As [`AppDatabases::provision`].
    pub async fn renew(&self, app: &AppId) -> Result<(), StoreError> {
        let place = self.place(app);
        let mut last = place.turn.lock().await;
        if last.renewed.is_some_and(|when| when.elapsed() < PAUSE) {
            return Ok(());
        }
        self.make(app, &place, &mut last, Extent::Everything).await?;
        last.renewed = Some(Instant::now());
        Ok(())
    }

    /// Takes the app's database and logins away, for good and with everything in it. That none is there is no error.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove(&self, app: &AppId) -> Result<(), StoreError> {
        self.take_away(app, Rest::Stays).await.map(|_| ())
    }

    /// Deletes an app: its database and logins, then everything else of it but its audit log, where this event is the last one,
    /// and tells every server. Whoever wants to make its database meanwhile finds that there is no such app. False when there
    /// was none. Can be repeated when it failed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_app_by(&self, app: &AppId, event: &AuditEvent) -> Result<bool, StoreError> {
        self.take_away(app, Rest::Goes(Some(event))).await
    }

    /// What tests say often.
    #[cfg(test)]
    pub(crate) async fn delete_app(&self, app: &AppId) -> Result<bool, StoreError> {
        self.take_away(app, Rest::Goes(None)).await
    }

    async fn take_away(&self, app: &AppId, rest: Rest<'_>) -> Result<bool, StoreError> {
        let place = self.place(app);
        let _turn = place.turn.lock().await;
        place.ready.store(false, Ordering::Release);
        let mut platform = connect(&self.options()).await?;
        let turn = Turn::take(&mut platform, app).await?;
        let admin = Admin::check(turn.0).await?;
        // If this stops half-way, nobody takes it for whole.
        let begin = "UPDATE ramekin.app_databases SET status = 'provisioning', error = NULL, updated_at = now()
                     WHERE app_id = $1";
        sqlx::query(begin).bind(app.as_str()).execute(&mut *turn.0).await?;
        admin.remove(turn.0, app).await?;
        let forget = "DELETE FROM ramekin.app_databases WHERE app_id = $1";
        sqlx::query(forget).bind(app.as_str()).execute(&mut *turn.0).await?;
        info!(app.id = %app, "removed the database of {app}");
        let deleted = match rest {
            Rest::Stays => false,
            Rest::Goes(event) => apps::delete(turn.0, app, event).await?,
        };
        platform.close().await?;
        self.0.places.lock().unwrap_or_else(PoisonError::into_inner).remove(app);
        Ok(deleted)
    }

    /// Whether the databases of these apps can be used, as any server has last found. In the order of the apps.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn states(&self, apps: &[AppId]) -> Result<Vec<Provisioning>, StoreError> {
        let ids: Vec<&str> = apps.iter().map(AppId::as_str).collect();
        let ask = "SELECT app_id, status, error FROM ramekin.app_databases WHERE app_id = ANY($1)";
        let rows: Vec<(String, String, Option<String>)> =
            sqlx::query_as(ask).bind(&ids).fetch_all(&self.0.pool).await?;
        let mut known: HashMap<String, Provisioning> = rows
            .into_iter()
            .map(|(app, status, error)| {
                let state = match (status.as_str(), error) {
                    ("ready", _) => Provisioning::Ready,
                    (_, Some(error)) => Provisioning::Failed(error),
                    (_, None) => Provisioning::Pending,
                };
                (app, state)
            })
            .collect();
        Ok(ids.into_iter().map(|id| known.remove(id).unwrap_or(Provisioning::Pending)).collect())
    }

    /// Apps whose database is missing or behind, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pending(&self) -> Result<Vec<AppId>, StoreError> {
        let ask = "SELECT a.id FROM ramekin.apps a LEFT JOIN ramekin.app_databases d ON d.app_id = a.id
                   WHERE d.status IS DISTINCT FROM 'ready' OR d.schema_version < $1 OR d.key_check IS DISTINCT FROM $2
                   ORDER BY a.created_at";
        let ids: Vec<String> =
            sqlx::query_scalar(ask).bind(lineage::newest()).bind(self.0.logins.check()).fetch_all(&self.0.pool).await?;
        ids.iter().map(|id| id.parse().map_err(|error| StoreError::unreadable("app id", error))).collect()
    }

    /// A connection as a login of the app, when its database can be used. Where the password was changed, it is set again.
    async fn log_in(&self, app: &AppId, role: DatabaseRole) -> Result<PgConnection, StoreError> {
        self.access(app, role).await?;
        let options = self.login_options(app, role);
        match connect(&options).await {
            Err(StoreError::Config(_)) => {
                self.renew(app).await?;
                connect(&options).await
            }
            connected => connected,
        }
    }

    fn place(&self, app: &AppId) -> Arc<Place> {
        let mut places = self.0.places.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(places.entry(app.clone()).or_default())
    }

    /// In a task of its own: who asked may stop waiting, and what was begun goes on.
    async fn make(&self, app: &AppId, place: &Place, last: &mut Last, extent: Extent) -> Result<(), StoreError> {
        let (this, id) = (self.clone(), app.clone());
        let made = tokio::spawn(async move { this.make_now(&id, extent).await }).await;
        let made = made.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string())));
        match made {
            Ok(()) => {
                last.failure = None;
                place.ready.store(true, Ordering::Release);
                Ok(())
            }
            Err(missing @ StoreError::Missing(_)) => {
                // Somebody asks for what is not an app: nothing is to be remembered of it.
                self.0.places.lock().unwrap_or_else(PoisonError::into_inner).remove(app);
                Err(missing)
            }
            Err(error) => {
                warn!(app.id = %app, %error, "the database of {app} is not ready: {error}");
                let error = StoreError::NotReady(error.to_string());
                last.failure = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    async fn make_now(&self, app: &AppId, extent: Extent) -> Result<(), StoreError> {
        if extent == Extent::Missing && self.is_ready(app).await? {
            return Ok(());
        }
        let begun = Instant::now();
        let mut platform = connect(&self.options()).await?;
        let turn = Turn::take(&mut platform, app).await?;
        // Another server may have made it while this one waited for its turn.
        if extent == Extent::Missing && self.is_ready(app).await? {
            return Ok(());
        }
        let begin = "INSERT INTO ramekin.app_databases (app_id, db_name, status) VALUES ($1, $1, 'provisioning')
                     ON CONFLICT (app_id) DO UPDATE SET status = 'provisioning', error = NULL, updated_at = now()";
        let begin = sqlx::query(begin).bind(app.as_str()).execute(&mut *turn.0).await.map_err(StoreError::from);
        match begin {
            Err(error) if error.is_foreign_key() => return Err(StoreError::Missing("app of the database")),
            begin => begin?,
        };
        let made = self.steps(turn.0, app).await;
        let (status, error, version) = match &made {
            Ok(version) => ("ready", None, Some(*version)),
            Err(error) => ("failed", Some(error.to_string()), None),
        };
        let end = "UPDATE ramekin.app_databases SET status = $2, error = $3, updated_at = now(),
                       schema_version = coalesce($4, schema_version), key_check = $5
                   WHERE app_id = $1";
        let ended = sqlx::query(end)
            .bind(app.as_str())
            .bind(status)
            .bind(error)
            .bind(version)
            .bind(self.0.logins.check())
            .execute(&mut *turn.0)
            .await;
        made?;
        ended?;
        platform.close().await?;
        let ms = begun.elapsed().as_millis();
        info!(app.id = %app, "the database of {app} is ready, after {ms} ms");
        Ok(())
    }

    async fn steps(&self, platform: &mut PgConnection, app: &AppId) -> Result<i64, StoreError> {
        let admin = Admin::check(platform).await?;
        if !self.0.closed.load(Ordering::Acquire) {
            admin.close_platform(platform).await?;
            self.0.closed.store(true, Ordering::Release);
        }
        admin.groups(platform).await?;
        admin.logins(platform, app, &self.0.logins).await?;
        admin.database(platform, app).await?;
        let mut inside = connect(&self.options().database(app.as_str())).await?;
        admin.inside(&mut inside, app).await?;
        inside.close().await?;
        lineage::apply(&self.login_options(app, DatabaseRole::Owner)).await
    }

    async fn is_ready(&self, app: &AppId) -> Result<bool, StoreError> {
        let ask = "SELECT EXISTS (SELECT FROM ramekin.app_databases WHERE app_id = $1 AND status = 'ready'
                                  AND schema_version >= $2 AND key_check = $3)";
        let ask = sqlx::query_scalar(ask).bind(app.as_str()).bind(lineage::newest()).bind(self.0.logins.check());
        Ok(ask.fetch_one(&self.0.pool).await?)
    }

    fn options(&self) -> PgConnectOptions {
        (*self.0.pool.connect_options()).clone()
    }

    /// The platform's way of connecting, as another role to another database.
    fn login_options(&self, app: &AppId, role: DatabaseRole) -> PgConnectOptions {
        let password = self.0.logins.password(app, role);
        self.options()
            .username(&role.login(app))
            .password(password.expose())
            .database(app.as_str())
            .disable_statement_logging()
    }

    fn describe(&self, app: &AppId, role: DatabaseRole) -> DatabaseAccess {
        let options = self.options();
        let host = match options.get_socket() {
            Some(dir) => DatabaseHost::Socket(dir.clone()),
            None if options.get_host().starts_with('/') => DatabaseHost::Socket(PathBuf::from(options.get_host())),
            None => DatabaseHost::Tcp(options.get_host().to_owned()),
        };
        DatabaseAccess {
            host,
            port: options.get_port(),
            database: app.as_str().to_owned(),
            login: role.login(app),
            password: self.0.logins.password(app, role),
            tls: match options.get_ssl_mode() {
                PgSslMode::Disable | PgSslMode::Allow => DatabaseTls::Off,
                PgSslMode::Prefer => DatabaseTls::Prefer,
                PgSslMode::Require => DatabaseTls::Require,
                PgSslMode::VerifyCa | PgSslMode::VerifyFull => DatabaseTls::Verify,
            },
        }
    }
}

/// How much is done for a database that may be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// What is missing, as far as servers have noted.
    Missing,
    /// All of it once more.
    Everything,
}

/// What becomes of an app whose database is removed.
#[derive(Debug, Clone, Copy)]
enum Rest<'a> {
    /// It goes on without.
    Stays,
    /// It goes too, and this is written down.
    Goes(Option<&'a AuditEvent>),
}

/// The right to change what an app has in the cluster, for as long as the connection lasts.
struct Turn<'a>(&'a mut PgConnection);

impl<'a> Turn<'a> {
    async fn take(connection: &'a mut PgConnection, app: &AppId) -> Result<Self, StoreError> {
        let take = "SELECT pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended('ramekin app database ' || $1, 0))";
        sqlx::query(take).bind(app.as_str()).execute(&mut *connection).await?;
        Ok(Self(connection))
    }
}
