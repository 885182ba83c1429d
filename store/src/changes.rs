//! News between servers: which function was deployed or deleted, which app was deleted, or what belongs to it changed, which API
//! key was made or revoked, sent with the transaction that did it.
//!
//! News is lost while the connection is. Every such gap is reported as [`Change::Reconnected`], after which the reader
//! must look at everything again.

use crate::StoreError;
use crate::pool::ACQUIRE_TIMEOUT;
use crate::sealed::SERVERS_LOCK;
use ramekin_model::{AppId, FunctionName, Secret};
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{Executor as _, PgConnection};
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tracing::{info, warn};
use uuid::Uuid;

#[cfg(test)]
mod tests;

const CHANNEL: &str = "ramekin_changes";
/// After this long without news the connection is tried: one that a network has silently dropped would be quiet for ever.
const QUIET: Duration = Duration::from_secs(30);
/// Pauses between attempts to reconnect grow from the first to the second.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// One piece of news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// This function was deployed or deleted.
    Function {
        /// Its app.
        app: AppId,
        /// Its name.
        name: FunctionName,
    },
    /// What belongs to this app was changed, its keys or its variables; or it was deleted, with its functions.
    App {
        /// Which.
        app: AppId,
    },
    /// This API key was made or revoked.
    Key {
        /// Its id.
        id: Uuid,
    },
    /// News may have been missed: look at everything again.
    Reconnected,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload<A, N> {
    app: A,
    /// Without one it is about the app; a release that does not know such news looks at everything again.
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    function: Option<N>,
}

/// A release that does not know such news looks at everything again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyPayload {
    key: Uuid,
}

/// Sends the news of a function when the transaction commits, and not at all when it does not.
pub(crate) async fn notify(tx: &mut PgConnection, app: &str, name: &str) -> Result<(), StoreError> {
    send(tx, &Payload::<&str, &str> { app, function: Some(name) }).await
}

/// Sends the news of an app, in the same way.
pub(crate) async fn notify_app(tx: &mut PgConnection, app: &str) -> Result<(), StoreError> {
    send(tx, &Payload::<&str, &str> { app, function: None }).await
}

/// Sends the news of an API key, in the same way.
pub(crate) async fn notify_key(tx: &mut PgConnection, key: Uuid) -> Result<(), StoreError> {
    send(tx, &KeyPayload { key }).await
}

/// Makes every server look at everything again.
pub(crate) async fn notify_all(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("SELECT pg_notify($1, '{}')").bind(CHANNEL).execute(connection).await?;
    Ok(())
}

async fn send(tx: &mut PgConnection, news: &impl Serialize) -> Result<(), StoreError> {
    let payload = serde_json::to_string(news).map_err(|error| StoreError::unreadable("news", error))?;
    sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(payload).execute(tx).await?;
    Ok(())
}

/// A subscription to changes, on a connection of its own outside the store's pool.
#[derive(Debug)]
pub struct Changes {
    options: Secret<PgConnectOptions>,
    /// `None` while the connection is lost.
    listener: Option<PgListener>,
    quiet: Duration,
}

impl Changes {
    pub(crate) async fn listen(options: PgConnectOptions) -> Result<Self, StoreError> {
        let listener = Some(subscribe(&options).await?);
        Ok(Self { options: Secret::new(options), listener, quiet: QUIET })
    }

    /// Waits for the next change. Never fails: a lost connection is re-established for as long as it takes. Dropping
    /// the future loses no change.
    pub async fn next(&mut self) -> Change {
        loop {
            let Some(listener) = &mut self.listener else {
                self.listener = Some(self.reconnect().await);
                info!("listening for changes again");
                return Change::Reconnected;
            };
            match timeout(self.quiet, listener.try_recv()).await {
                Ok(Ok(Some(news))) => return read(news.payload()),
                Ok(Ok(None)) => warn!("lost the connection that changes are reported on"),
                Ok(Err(error)) => {
                    let error = StoreError::from(error);
                    warn!(%error, "lost the connection that changes are reported on: {error}");
                }
                // News that arrives during the check is buffered by the listener.
                Err(_) => match timeout(ACQUIRE_TIMEOUT, listener.execute("SELECT 1")).await {
                    Ok(Ok(_)) => continue,
                    Ok(Err(_)) | Err(_) => warn!("the connection that changes are reported on is dead"),
                },
            }
            self.listener = None;
        }
    }

    async fn reconnect(&self) -> PgListener {
        let (mut pause, longest) = BACKOFF;
        loop {
            match subscribe(self.options.expose()).await {
                Ok(listener) => return listener,
                Err(error) => warn!(%error, "cannot listen for changes: {error}"),
            }
            sleep(pause).await;
            pause = longest.min(pause * 2);
        }
    }
}

async fn subscribe(options: &PgConnectOptions) -> Result<PgListener, StoreError> {
    // A pool of one, because a listener asks for a pool. The connection may live for ever.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    // A lost connection is replaced by `reconnect`, which does not give up.
    listener.eager_reconnect(false);
    // Says that a server runs, for as long as the connection lives.
    listener.execute(sqlx::query("SELECT pg_advisory_lock_shared($1)").bind(SERVERS_LOCK)).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// What cannot be read was sent by a release that knows more kinds of news: anything may have changed.
fn read(payload: &str) -> Change {
    match serde_json::from_str::<Payload<AppId, FunctionName>>(payload) {
        Ok(Payload { app, function: Some(name) }) => Change::Function { app, name },
        Ok(Payload { app, function: None }) => Change::App { app },
        Err(_) => match serde_json::from_str(payload) {
            Ok(KeyPayload { key }) => Change::Key { id: key },
            Err(_) => Change::Reconnected,
        },
    }
}
